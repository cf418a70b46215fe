"""Whether a text is Lua, without running it."""

from __future__ import annotations

from dataclasses import dataclass

from stages.automation.lua.calls import Calls
from stages.automation.lua.engine import engine
from stages.automation.lua.execution import Execution
from stages.automation.lua.host import NoHost
from stages.automation.lua.limits import Limits

# Steps are the limit; the time is only for a machine that hangs.
LIMITS = Limits(fuel=500_000_000, seconds=60)


@dataclass(frozen=True, slots=True)
class SourceError:
    """What is wrong with a text, in Lua's words, and at which line, from 1, where that is known."""

    line: int | None
    text: str


def check(source: str) -> SourceError | None:
    """What is wrong with this text, or None; nothing of it runs.

    Raises:
        LuaMissing: the installation has no Lua.
    """
    # Its time begins when there is an engine, whose first one has to be compiled.
    with engine() as taken:
        calls = Calls(limits=LIMITS, host=NoHost(), given={}, libraries={}, on_log=None, on_progress=None, stopped=None)
        outcome = Execution(taken, calls, LIMITS).run(source, only_check=True)
    if outcome.state == "succeeded":
        return None
    return SourceError(outcome.line, outcome.error or "the text is too large to compile")
