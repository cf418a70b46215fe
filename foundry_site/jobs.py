"""Maintenance jobs of the queue itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.periodic import periodic_job
from foundry_site.lost_jobs import requeue_lost_jobs


@periodic_job(cron="* * * * *", label=_("queue"), queueing_lock="stalled")
def requeue_stalled(timestamp: int) -> None:
    """Put jobs back into the queue whose process was killed; otherwise their locks would block other jobs for ever.

    Therefore every job must be safe to repeat. A worker that is stopped normally finishes its job first.
    """
    requeue_lost_jobs()
