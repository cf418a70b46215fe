"""Background jobs whose process was killed: they are put back into the queue by whoever sees it first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.manager import JobManager

from foundry_site.environment import MAX_HEARTBEAT

# A process that missed so many heartbeats was killed, or cannot reach the database.
MISSED_HEARTBEATS: Final = 3


def requeue_lost_jobs(*, heartbeat: float = MAX_HEARTBEAT, queues: Collection[str] | None = None) -> int:
    """Put jobs back into the queue whose process missed its heartbeats, each `heartbeat` seconds; returns how many.

    `queues` are those to look at; None is all. Several processes may do this at once: a job is looked at again under
    a lock of its row, so that it is put back once. Every job must be safe to repeat.
    """
    silent = Now() - timedelta(seconds=heartbeat * MISSED_HEARTBEATS)
    # A process that starts deletes what lost ones have left, and their jobs name none then.
    lost = Q(worker__isnull=True) | Q(worker__last_heartbeat__lt=silent)
    with transaction.atomic():
        jobs = ProcrastinateJob.objects.select_for_update(of=("self",), skip_locked=True).filter(lost, status="doing")
        if queues is not None:
            jobs = jobs.filter(queue_name__in=queues)
        found = [job.pk for job in jobs]
        for job_id in found:
            JobManager(DjangoConnector()).retry_job_by_id(job_id, retry_at=timezone.now())
    return len(found)
