"""Maintenance jobs of the queue itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from procrastinate import JobContext

from audit.periodic import periodic_job


@periodic_job(cron="* * * * *", label=_("queue"), queueing_lock="stalled", pass_context=True)
async def requeue_stalled(context: JobContext, timestamp: int) -> None:
    """Put jobs back into the queue whose worker was killed; otherwise their locks would block other jobs for ever.

    Therefore every job must be safe to repeat. A worker that is stopped normally finishes its job first.
    """
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)
