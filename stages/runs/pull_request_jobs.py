"""Queueing the making of pull requests. It imports neither git nor network: every process loads it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.manager import JobManager

from stages.runs.models import PullRequest, PullRequestStatus

QUEUE: Final = "runs"
_UNDONE: Final = ("todo", "doing")


@app.task(queue=QUEUE)
async def make_pull_request(pull_request_id: str) -> None:
    """Make a branch and its pull request. Safe to repeat: one that does not wait any more is left alone."""
    from stages.runs.pull_requests import make

    await make(UUID(pull_request_id))


def queue_pull_request(pull_request_id: UUID) -> None:
    """Queue the job of a pull request; it commits with the caller's transaction. Two of one never run at once."""
    deferrer = make_pull_request.configure(lock=f"pull request {pull_request_id}")
    deferrer.job_manager = JobManager(DjangoConnector())
    deferrer.defer(pull_request_id=str(pull_request_id))


def recover_pull_requests() -> None:
    """Queue those again that wait without a job, such as after a runner stopped or a database was restored."""
    waiting = list(PullRequest.objects.filter(status=PullRequestStatus.QUEUED).order_by("asked_at"))
    jobs = ProcrastinateJob.objects.filter(task_name=make_pull_request.name, status__in=_UNDONE)
    with_job = set(jobs.values_list("args__pull_request_id", flat=True))
    for each in waiting:
        if str(each.id) not in with_job:
            queue_pull_request(each.id)
