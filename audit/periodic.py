"""What happens by itself: when each periodic job was last queued, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinatePeriodicDefer

DONE = "done"


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """One job: when it was due the last time a worker queued it (None: never), and how that run stands.

    `state` is `done`, `never`, or the queue's own word: `todo`, `doing`, `failed` …
    """

    name: str
    due: datetime | None
    state: str

    @property
    def title(self) -> str:
        """The name of its function."""
        return self.name.rpartition(".")[2]


def periodic_jobs() -> list[PeriodicJob]:
    """Every periodic job of this build, by name. A run that went well leaves the queue: its time alone is kept."""
    rows = ProcrastinatePeriodicDefer.objects.select_related("job").order_by("defer_timestamp")
    latest = {row.task_name: row for row in rows}
    tasks = {task.task.name: task.task for task in app.periodic_registry.periodic_tasks.values()}
    return [
        _job(name, next((latest[each] for each in (name, *task.aliases) if each in latest), None))
        for name, task in sorted(tasks.items())
    ]


def _job(name: str, row: ProcrastinatePeriodicDefer | None) -> PeriodicJob:
    if row is None or row.defer_timestamp is None:
        return PeriodicJob(name, None, "never")
    state = row.job.status if row.job is not None else DONE
    return PeriodicJob(name, datetime.fromtimestamp(row.defer_timestamp, UTC), state)
