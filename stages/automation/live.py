"""What the stage sends to projects' sockets beside its events."""

from __future__ import annotations

from typing import Final

PROGRESS: Final = "execution.progress"
_MEMBERS: Final = (
    *("execution_id", "attempt", "share", "done", "total", "text", "figures"),
    # The newest lines of the log, and how many there are before them.
    *("after", "lines"),
)
EPHEMERALS: Final = {PROGRESS: _MEMBERS}
