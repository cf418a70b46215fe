"""What the stage sends to projects' sockets beside its events."""

from __future__ import annotations

from typing import Final

PROGRESS: Final = "execution.progress"
EPHEMERALS: Final = {PROGRESS: ("execution_id", "share", "text", "lines")}
