"""A background job, and the step in the transaction of a checkpoint that queues it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from procrastinate.contrib.django import app

from accounts.callers import foundry_caller
from projects.writing import upkeep_write
from tests.sample_stage.models import Note
from tests.sample_stage.services import insert_note

# A project with this note gets another one after the next checkpoint.
AT_CHECKPOINT: Final = "Remind us at the next checkpoint"


@app.task(lock="notes")
def remind(project_id: str, number: int) -> None:
    """Put a note about a checkpoint on a project, in the name of Foundry; at most once, so that it can be repeated."""
    text = f"Checkpoint {number} was made"
    with upkeep_write(caller=foundry_caller(), project_id=UUID(project_id)) as write:
        if not Note._default_manager.filter(project=write.project, text=text).exists():
            insert_note(write, text)


def queue_reminders(number: int) -> None:
    """Queue a reminder for each project that wants one; the jobs commit together with the checkpoint."""
    for project_id in Note._default_manager.filter(text=AT_CHECKPOINT).values_list("project_id", flat=True):
        remind.defer(project_id=str(project_id), number=number)
