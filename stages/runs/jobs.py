"""Background jobs of runs, which procrastinate finds in this module. It loads no SDK: every process imports it.

The queue `runs` is worked off by `manage.py runner`, all others by the worker.
"""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from audit.periodic import periodic_job
from stages.runs import pull_request_jobs
from stages.runs.models import Run, RunStatus
from stages.runs.models.experiments import UNENDED
from stages.runs.queue import UNDONE, ProcrastinateQueueAdapter

logger = logging.getLogger(__name__)

QUEUE: Final = "runs"


@app.task(queue=QUEUE)
async def execute_run(run_id: str) -> None:
    """Have a run's model answer. Safe to repeat: a run that has ended, or that another worker runs, is left alone."""
    from stages.runs.execution import execute

    await execute(UUID(run_id))


def queue_run(run_id: UUID, delay: float = 0) -> None:
    """Queue the job of a run; it commits with the caller's transaction. `delay` are the seconds before it begins."""
    RUN_QUEUE.enqueue(str(run_id), delay=delay)


def stop_run(run_id: UUID) -> None:
    """Stop the jobs of a run: one that waits is taken out of the queue, one that runs is cancelled at its worker."""
    RUN_QUEUE.cancel(str(run_id))


RUN_QUEUE: Final = ProcrastinateQueueAdapter(execute_run)


@periodic_job(cron="*/10 * * * *", label=_("pull requests"), queue=QUEUE, queueing_lock="sync pull requests")
async def sync_pull_requests(timestamp: int) -> None:
    """Ask what became of the pull requests that are open."""
    from stages.runs.syncing import sync_all

    await sync_all()


@periodic_job(cron="* * * * *", label=_("runs"), queueing_lock="recover runs")
def recover_runs(timestamp: int) -> None:
    """Queue runs and pull requests again that wait or are under way without a job, as after a restored database."""
    from stages.runs.services.working import requeue_run

    pull_request_jobs.recover_pull_requests()
    # Runs before jobs: one that is started in between has its job by then.
    runs = list(Run.objects.filter(status__in=UNENDED).order_by("queued_at"))
    jobs = ProcrastinateJob.objects.filter(task_name=execute_run.name, status__in=UNDONE)
    with_job = set(jobs.values_list("args__run_id", flat=True))
    for run in runs:
        if str(run.id) in with_job:
            continue
        try:
            if run.status == RunStatus.QUEUED:
                queue_run(run.id)
            else:
                requeue_run(run_id=run.id, attempt=run.attempt, lost=True)
        except Exception:
            # The others are not to wait for this one.
            logger.exception("run %s could not be queued again", run.id)
