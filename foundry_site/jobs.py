"""Upkeep of the queue itself; procrastinate finds the jobs here, and its worker does them."""

from __future__ import annotations

from procrastinate import JobContext
from procrastinate.contrib.django import app


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="stalled", pass_context=True)
async def requeue_stalled(context: JobContext, timestamp: int) -> None:
    """Put jobs back whose worker was killed in the middle: nobody else would, and their locks keep others waiting.

    So every job must bear being done twice. A worker that is asked to go finishes its job first.
    """
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)
