"""Telling whoever asked models, and waited, that they are done."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from audit.models import Event
from projects.writing import ProjectWrite
from stages.runs import events
from stages.runs.models import Run, RunStatus

# Who waits longer may be elsewhere by now; what comes sooner is read where it was asked.
MIN_WAIT: Final = timedelta(seconds=30)


def notify_starter(write: ProjectWrite, run: Run, event: Event) -> None:
    """With the end of the last run of a question, put one line into the inbox of who asked, if they had to wait."""
    asked = Run.objects.filter(message=run.message_id, starter=run.starter_id)
    others = list(asked.exclude(pk=run.pk).only("status", "queued_at"))
    waited = event.at - min([run.queued_at, *(each.queued_at for each in others)])
    if waited < MIN_WAIT or not all(each.has_ended for each in others):
        return
    facts = {
        "experiment_id": str(run.experiment_id),
        "title": run.experiment.title,
        "runs": len(others) + 1,
        "failed": sum(each.status == RunStatus.FAILED for each in (run, *others)),
    }
    write.notify(events.ENDED, [run.starter_id], facts, event.seq)
