"""Jobs that a worker queues by a schedule: what registers them, when each was last queued, and the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinatePeriodicDefer

from audit.event_types import Text
from kernel.registry import Registry

DONE = "done"

# What people call each periodic job, in one or two lowercase words, by the name of its task.
PERIODIC_JOBS: Final = Registry[Text]("periodic job")

Job = TypeVar("Job", bound=Callable[..., Any])


def periodic_job(*, cron: str, label: Text, **options: Any) -> Callable[[Job], Any]:
    """Make a function of an app's `jobs.py` a job that a worker queues by the schedule `cron`.

    `label` is what people call it, in one or two lowercase words; `options` are those of a procrastinate task.
    """

    def decorate(function: Job) -> Any:
        task = app.task(**options)(function)
        PERIODIC_JOBS.register(task.name, label)
        return app.periodic(cron=cron)(task)

    return decorate


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """One job: when it was due the last time a worker queued it (None: never), and the state of that run.

    `state` is `done`, `never`, or the queue's own word: `todo`, `doing`, `failed` …; `label` is what people call it.
    """

    name: str
    label: str
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
    label = str(PERIODIC_JOBS[name])
    if row is None or row.defer_timestamp is None:
        return PeriodicJob(name, label, None, "never")
    state = row.job.status if row.job is not None else DONE
    return PeriodicJob(name, label, datetime.fromtimestamp(row.defer_timestamp, UTC), state)
