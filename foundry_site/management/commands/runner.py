"""`manage.py runner`: runs the jobs that may take minutes, many at once; on any node, in any number."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from foundry_site.stages import refuse_missing_stages
from kernel.runner import RUNNER_QUEUES

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
        async with worker_app.open_async():
            await worker_app.run_worker_async(
                queues=list(RUNNER_QUEUES), name="runner", concurrency=slots, shutdown_graceful_timeout=GRACE
            )
