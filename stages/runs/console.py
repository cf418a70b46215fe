"""The console of a run, live: its lines are the frames of the topic `run.<id>`, numbered as they are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

import realtime
from accounts.callers import Caller
from audit.keys.text import rfc3339
from gateway.streams import TopicType, topic_id
from realtime.frames import Frame, notification_frame
from stages.runs.models import RunLog
from stages.runs.reading import visible_run

NOTIFICATIONS: Final = {"run.log": ("run_id", "lines")}
# A number, what kind of line it is, and its text.
Line = tuple[int, str, str]


def run_topic(run_id: UUID) -> str:
    """The topic of a run's console."""
    return f"run.{run_id}"


def authorize(caller: Caller, topic: str) -> UUID:
    """Whoever may read the run's project."""
    return visible_run(user=caller.user, run_id=topic_id(topic)).project_id


def line_body(number: int, kind: str, text: str, at: datetime) -> dict[str, Any]:
    """A line as it is shown."""
    return {"number": number, "kind": kind, "text": text, "at": rfc3339(at)}


def publish_lines(run_id: UUID, lines: Sequence[Line]) -> None:
    """Send committed lines to everybody who watches the run."""
    if lines:
        at = timezone.now()
        bodies = [line_body(*line, at) for line in lines]
        realtime.publish(topic=run_topic(run_id), seq=lines[-1][0], seq_from=lines[0][0], frame=_text(run_id, bodies))


class ConsoleHistory:
    """The lines of consoles, by their number."""

    def read(self, topic: str, after: int, limit: int) -> Sequence[Frame]:
        run_id = topic_id(topic)
        return [
            Frame(line.number, line.number, _text(run_id, [line_body(line.number, line.kind, line.text, line.at)]))
            for line in lines_after(run_id, after, limit)
        ]

    def heads(self, topics: Sequence[str]) -> Mapping[str, int]:
        newest = RunLog.objects.filter(run__in=map(topic_id, topics)).values("run").annotate(Max("number"))
        return {run_topic(each["run"]): each["number__max"] for each in newest}


def lines_after(run_id: UUID, after: int, limit: int) -> list[RunLog]:
    """The next lines of a console after a number."""
    return list(RunLog.objects.filter(run=run_id, number__gt=after).order_by("number")[:limit])


def _text(run_id: UUID, lines: Sequence[Mapping[str, Any]]) -> str:
    return notification_frame("run.log", {"run_id": str(run_id), "lines": lines})


TOPICS: Final = {"run.*": TopicType(authorize=authorize, history=ConsoleHistory())}
