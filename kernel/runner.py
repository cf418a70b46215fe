"""Queues of jobs that may take minutes: `manage.py runner` works them off, beside the worker of all other jobs.

    RUNNER_QUEUES.register("runs", RunnerQueue(slots=lambda: settings.FOUNDRY_RUN_SLOTS))

Their jobs are coroutines: one process runs many at once, and each can be cancelled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class RunnerQueue:
    """A queue; `slots` says how many of its jobs one process runs at once."""

    slots: Callable[[], int]


# By the name of the queue.
RUNNER_QUEUES: Final = Registry[RunnerQueue]("queue of the runner")
