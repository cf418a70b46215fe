"""`manage.py procrastinate`: procrastinate's own command, except for its worker.

That refuses to start without a stage, and leaves the queues of the runner (`kernel.runner`) alone.
"""

from __future__ import annotations

from typing import Any, Final

from procrastinate.contrib.django.management.commands import procrastinate

from foundry_site.stages import refuse_missing_stages

# The queue of every job that names none.
DEFAULT_QUEUE: Final = "default"


class Command(procrastinate.Command):
    """Overrides the command of the same name, because Foundry's apps come first in `INSTALLED_APPS`."""

    def handle(self, *args: Any, **options: Any) -> None:
        if options["command"] == "worker":
            refuse_missing_stages()
            options["queues"] = options.get("queues") or [DEFAULT_QUEUE]
        super().handle(*args, **options)
