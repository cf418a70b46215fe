"""Changing the status of a project, and the steps that run when it stops being open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kernel.registry import Registry
from projects.models import Status
from projects.writing import ProjectWrite

# Steps that apps run inside every write that closes an open project: `step(write)`.
CLOSING_STEPS: Final = Registry[Callable[[ProjectWrite], object]]("step when a project closes")


def change_status(write: ProjectWrite, to: Status) -> None:
    """Give the project another status. The calling service has recorded the event before.

    A project that is not open has no locks: steps end them in the same transaction.
    """
    project = write.project
    was_open = project.is_open
    project.status = to
    project.save(update_fields=["status"])
    if was_open and to is not Status.OPEN:
        for step in CLOSING_STEPS.values():
            step(write)
