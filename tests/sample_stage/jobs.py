"""A background job, the step in the transaction of a checkpoint that queues it, and a job by a schedule."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from accounts.callers import foundry_caller
from audit.checkpoints.models import Checkpoint
from audit.periodic import periodic_job
from projects.writing import upkeep_write
from tests.sample_stage.models import Note
from tests.sample_stage.services import insert_note

RUNNER_QUEUE: Final = "notes"
# A project with this note gets another one after the next checkpoint.
AT_CHECKPOINT: Final = "Remind us at the next checkpoint"


@app.task(lock="notes")
def remind(project_id: str, number: int) -> None:
    """Put a note about a checkpoint on a project, in the name of Foundry; at most once, so that it can be repeated."""
    text = f"Checkpoint {number} was made"
    with upkeep_write(caller=foundry_caller(), project_id=UUID(project_id)) as write:
        if not Note._default_manager.filter(project=write.project, text=text).exists():
            insert_note(write, text)


@app.task(queue=RUNNER_QUEUE)
async def remind_slowly(project_id: str, note: str) -> None:
    """A job of the runner: write into the file `note` that it began, wait for ever, and write that it was cancelled."""
    write = Path(note).write_text
    await asyncio.to_thread(write, "begun")
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        await asyncio.to_thread(write, "cancelled")
        raise


def queue_reminders(number: int) -> None:
    """Queue a reminder for each project that wants one; the jobs commit together with the checkpoint."""
    for project_id in Note._default_manager.filter(text=AT_CHECKPOINT).values_list("project_id", flat=True):
        remind.defer(project_id=str(project_id), number=number)


@periodic_job(cron="17 4 * * *", label=_("reminders"), queueing_lock="reminders")
def remind_again(timestamp: int) -> None:
    """Queue the reminders of the newest checkpoint again, in case a job failed. `timestamp` is not used."""
    newest = Checkpoint.objects.order_by("-number").values_list("number", flat=True).first()
    if newest is not None:
        queue_reminders(newest)
