"""Replaces Django's ``createsuperuser``, which would make an account without an event."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Not used here; see create_account --administrator."

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError("Use: manage.py create_account USERNAME --administrator")
