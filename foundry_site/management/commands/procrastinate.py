"""`manage.py procrastinate`: procrastinate's own command, except that a worker refuses to start without a stage."""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django.management.commands import procrastinate

from foundry_site.stages import refuse_missing_stages


class Command(procrastinate.Command):
    """Overrides the command of the same name, because Foundry's apps come first in `INSTALLED_APPS`."""

    def handle(self, *args: Any, **options: Any) -> None:
        if options["command"] == "worker":
            refuse_missing_stages()
        super().handle(*args, **options)
