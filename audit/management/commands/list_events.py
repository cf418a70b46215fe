"""`manage.py list_events`: every event that this installation can record."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from audit.event_document import event_document
from audit.event_types import EVENT_TYPES


class Command(BaseCommand):
    help = "Print every event that this installation can record, as Markdown; it reads no database."
    requires_system_checks = ()
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(event_document(EVENT_TYPES.values()), ending="")
