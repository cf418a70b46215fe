"""Those who watch an execution: they get its progress, what it has used and the newest lines of its log."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import realtime
from audit.live import topic_of
from stages.automation.executing.live_log import LiveLog
from stages.automation.live import PROGRESS
from stages.automation.lua import Figures, LogLine
from stages.automation.services.ending import line_body
from stages.automation.services.executions import Claim

# Seconds between two messages of one execution.
PACE: Final = 0.25
MAX_LINES: Final = 100
MAX_SHOWN: Final = 2_000


class Viewers:
    """Sends them, some times a second; without Redis nothing is sent, and nothing else is missing."""

    def __init__(self, claim: Claim) -> None:
        self._execution, self._attempt = claim.execution, claim.attempt
        self._actor = claim.caller.user.person()
        self._live = LiveLog(claim.execution.id, claim.attempt)
        self.progress: Mapping[str, Any] = {}
        self._figures = Figures(0, 0, 0, 0)
        # Lines that were not sent yet, and how many were written before them.
        self._lines: list[dict[str, Any]] = []
        self._before = 0
        self._next = 0.0

    def log(self, line: LogLine) -> None:
        self._lines.append(line_body(replace(line, text=line.text[:MAX_SHOWN])))

    def on_progress(self, progress: Mapping[str, Any]) -> None:
        self.progress = progress

    def count(self, figures: Figures) -> None:
        """What is used after a call."""
        self._figures = figures
        if time.monotonic() >= self._next:
            self.flush()

    def send_waiting(self) -> None:
        """Send lines that were not sent because others had just been, as of a script that sleeps now."""
        if self._lines and time.monotonic() >= self._next:
            self.flush()

    def flush(self) -> None:
        """Send what was not sent yet."""
        self._next = time.monotonic() + PACE
        figures = self._figures._asdict()
        self._live.write(self._lines, self.progress, figures)
        newest = self._lines[-MAX_LINES:]
        data = {
            "execution_id": str(self._execution.id),
            "attempt": self._attempt,
            "share": share_of(self.progress),
            **{name: self.progress.get(name) for name in ("done", "total")},
            "text": self.progress.get("text") or "",
            "figures": figures,
            "after": self._before + len(self._lines) - len(newest),
            "lines": newest,
        }
        self._before += len(self._lines)
        self._lines = []
        topic = topic_of(self._execution.project_id)
        realtime.send_ephemeral(topic=topic, name=PROGRESS, actor=self._actor, data=data)


def share_of(progress: Mapping[str, Any]) -> float | None:
    """How far it is, from 0 to 1; None where the script does not say."""
    done, total = progress.get("done"), progress.get("total")
    return min(done / total, 1.0) if done is not None and total else None
