"""``manage.py restore_signing USERNAME --reason …``: confirm that a person is who they are."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.callers import foundry_caller
from accounts.management.people import named
from accounts.suspension import restore_signing
from kernel.errors import DomainError
from kernel.invisible import one_line


class Command(BaseCommand):
    help = "Let somebody sign again whose password or second factor somebody else has changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="how you know that it is them; it goes on record")

    def handle(self, *args: Any, **options: Any) -> None:
        user = named(options["username"])
        try:
            restore_signing(caller=foundry_caller("command"), user_id=user.id, reason=options["reason"])
        except DomainError as error:
            raise CommandError(one_line(error.detail)) from None
        self.stdout.write(self.style.SUCCESS(f"{user.username} may sign again."))
