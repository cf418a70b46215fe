"""`manage.py runner`: runs the jobs that may take minutes, many at once; on any node, in any number."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from foundry_site.lost_jobs import requeue_lost_jobs
from foundry_site.stages import refuse_missing_stages
from kernel.runner import RUNNER_QUEUES

logger = logging.getLogger(__name__)

# Seconds that a job may take after SIGTERM; then it is cancelled, and another process goes on with it.
GRACE: Final = 5.0


class Command(BaseCommand):
    help = "Run the jobs of stages that may take minutes, such as asking models. SIGTERM gives them back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--slots", type=int, help="jobs at once; default: what the settings of the queues say")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_missing_stages()
        if not RUNNER_QUEUES:
            raise CommandError("No installed stage has jobs for a runner.")
        slots = options["slots"] or sum(queue.slots() for queue in RUNNER_QUEUES.values())
        if slots < 1:
            raise CommandError("--slots takes a number of at least 1.")
        connector = app.connector
        assert isinstance(connector, DjangoConnector)
        with app.replace_connector(connector.get_worker_connector()) as worker_app:
            asyncio.run(self._run(worker_app, slots))

    async def _run(self, worker_app: Any, slots: int) -> None:
        heartbeat: int = settings.FOUNDRY_RUNNER_HEARTBEAT
        async with worker_app.open_async():
            looking = asyncio.create_task(_requeue_lost_jobs(heartbeat), name="jobs of lost runners")
            try:
                await worker_app.run_worker_async(
                    queues=list(RUNNER_QUEUES),
                    name="runner",
                    concurrency=slots,
                    update_heartbeat_interval=heartbeat,
                    shutdown_graceful_timeout=GRACE,
                )
            finally:
                looking.cancel()


async def _requeue_lost_jobs(heartbeat: int) -> None:
    """Look again and again whether another runner was killed, so that its jobs need no worker to come back."""
    while True:
        await asyncio.sleep(heartbeat)
        try:
            count = await asyncio.to_thread(_requeue, heartbeat)
        except Exception:
            # PostgreSQL may be away; the next look is soon.
            logger.exception("the jobs of lost runners could not be looked for")
            continue
        if count:
            logger.warning("took over %s jobs of a runner that was lost", count)


def _requeue(heartbeat: int) -> int:
    try:
        return requeue_lost_jobs(heartbeat=heartbeat, queues=list(RUNNER_QUEUES))
    finally:
        connection.close()
