"""The sandbox: a text in Lua 5.4 runs here, and reaches nothing but what its host answers.

Lua is the real one, as WebAssembly, in an engine that counts each step (`engine`). An execution has a store and a
thread of its own (`machine`); the thread that called `run` answers what the script asks, watches its limits, and may
stop it (`execution`). Nothing here knows Django, a database or a project: those are behind `Host`.
"""

from typing import TYPE_CHECKING, Any

from stages.automation.lua.host import Host, HostError
from stages.automation.lua.limits import Limits
from stages.automation.lua.outcomes import Figures, LogLine, Outcome, Report

if TYPE_CHECKING:
    from stages.automation.lua.checking import SourceError, check
    from stages.automation.lua.execution import run

__all__ = ["Figures", "Host", "HostError", "Limits", "LogLine", "Outcome", "Report", "SourceError", "check", "run"]

# What needs wasmtime is loaded with its first use: most pages of executions need the shapes only.
_LATE = {"SourceError": "checking", "check": "checking", "run": "execution"}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _LATE:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
