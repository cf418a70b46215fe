"""The sandbox: a text in Lua 5.4 runs here, and reaches nothing but what its host answers.

Lua is the real one, as WebAssembly, in an engine that counts each step (`engine`). An execution has a store and a
thread of its own (`machine`); the thread that called `run` answers what the script asks, watches its limits, and may
stop it (`execution`). Nothing here knows Django, a database or a project: those are behind `Host`.
"""

from stages.automation.lua.checking import SourceError, check
from stages.automation.lua.execution import run
from stages.automation.lua.host import Host, HostError
from stages.automation.lua.limits import Limits
from stages.automation.lua.outcomes import LogLine, Outcome

__all__ = ["Host", "HostError", "Limits", "LogLine", "Outcome", "SourceError", "check", "run"]
