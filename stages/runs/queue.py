"""Queues of runs: one in the memory of a process, and the one in PostgreSQL that the product uses.

adapter.enqueue(run_id, lambda: execute(UUID(run_id)))
adapter.cancel(run_id)
"""

from __future__ import annotations

import asyncio
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from typing import Any

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.manager import JobManager
from procrastinate.tasks import Task
from procrastinate.types import TimeDeltaParams

UNDONE = ("todo", "doing")
Work = Callable[[], Coroutine[Any, Any, None]]


class QueueAdapter(ABC):
    """Where runs wait until somebody executes them."""

    @abstractmethod
    def enqueue(self, run_id: str, coro: Work) -> None:
        """Have a run executed. Nothing happens twice: a run that is in the queue is not executed beside itself."""

    @abstractmethod
    def cancel(self, run_id: str) -> bool:
        """Take a run out of the queue, or cancel its execution. False: it was not there."""


class InMemoryQueueAdapter(QueueAdapter):
    """Executes runs in the event loop of this process, each at once. It is lost with the process."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def enqueue(self, run_id: str, coro: Work) -> None:
        if run_id in self._tasks:
            return
        task = asyncio.get_running_loop().create_task(coro(), name=f"run-{run_id}")
        self._tasks[run_id] = task
        task.add_done_callback(lambda _task: self._tasks.pop(run_id, None))

    def cancel(self, run_id: str) -> bool:
        task = self._tasks.get(run_id)
        return task is not None and task.cancel()


class ProcrastinateQueueAdapter(QueueAdapter):
    """Executes runs in the processes of `manage.py runner`, by a task that takes `run_id`.

    A job commits with the caller's transaction, and two of one run never run at once.
    """

    def __init__(self, task: Task[Any, Any, Any]) -> None:
        self._task = task

    def enqueue(self, run_id: str, coro: Work | None = None, *, delay: float = 0) -> None:
        """Queue the job of a run, to begin after `delay` seconds. `coro` stays here: the task is what is executed."""
        later: TimeDeltaParams | None = {"seconds": math.ceil(delay)} if delay else None
        deferrer = self._task.configure(lock=f"run {run_id}", schedule_in=later)
        # Over Django's connection in the runner too, whose app has connections of its own.
        deferrer.job_manager = JobManager(DjangoConnector())
        deferrer.defer(run_id=run_id)

    def cancel(self, run_id: str) -> bool:
        """Take the jobs of a run that wait out of the queue, and cancel those that run at their workers."""
        jobs = ProcrastinateJob.objects.filter(task_name=self._task.name, args__run_id=run_id, status__in=UNDONE)
        canceled = [
            app.job_manager.cancel_job_by_id(job_id, abort=True) for job_id in jobs.values_list("id", flat=True)
        ]
        return any(canceled)
