"""Moving a project from one status to another, and what has to happen when it stops being open."""

from __future__ import annotations

from collections.abc import Callable

from projects.models import Status
from projects.writing import ProjectWrite

_when_closed: list[Callable[[ProjectWrite], object]] = []


def when_closed(step: Callable[[ProjectWrite], object]) -> None:
    """Have `step` run inside every write that closes an open project; called once from an app's `ready()`."""
    _when_closed.append(step)


def change_status(write: ProjectWrite, to: Status) -> None:
    """Give the project another status; its first event is recorded by the caller before this.

    A project that is no longer open has no locks: those who hold some must learn it from the same transaction.
    """
    project = write.project
    was_open = project.is_open
    project.status = to
    project.save(update_fields=["status"])
    if was_open and to is not Status.OPEN:
        for step in _when_closed:
            step(write)
