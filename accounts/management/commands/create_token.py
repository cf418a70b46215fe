"""``manage.py create_token USERNAME NAME``: print a new personal access token, once."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.callers import foundry_caller
from accounts.management.people import named
from accounts.models import Scope
from accounts.services import create_token
from kernel.errors import DomainError
from kernel.invisible import one_line


class Command(BaseCommand):
    help = "Make a personal access token for an account and print it; it is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("name", help="what the token is for")
        parser.add_argument("--read-only", action="store_true", help="refuse every write with it")
        parser.add_argument("--days", type=int, help="days until it ends, FOUNDRY_TOKEN_DAYS at most")

    def handle(self, *args: Any, **options: Any) -> None:
        user = named(options["username"])
        try:
            _token, text = create_token(
                caller=foundry_caller("command"),
                name=options["name"],
                user_id=user.id,
                scope=Scope.READ if options["read_only"] else Scope.WRITE,
                expires_at=_end(options["days"]),
            )
        except DomainError as error:
            raise CommandError(one_line(error.detail)) from None
        self.stdout.write(text)


def _end(days: int | None) -> datetime | None:
    if days is None:
        return None
    if not 1 <= days <= settings.FOUNDRY_TOKEN_LIFETIME.days:
        raise CommandError(f"--days must be 1 to {settings.FOUNDRY_TOKEN_LIFETIME.days}.")
    return timezone.now() + timedelta(days=days)
