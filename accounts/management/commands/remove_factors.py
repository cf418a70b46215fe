"""``manage.py remove_factors USERNAME --reason …``: remove the second factors of somebody who has lost them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.callers import foundry_caller
from accounts.factors import remove_factors
from accounts.management.people import named
from kernel.errors import DomainError
from kernel.invisible import one_line


class Command(BaseCommand):
    help = "Remove somebody's second factors; until they prove themselves, they do not sign."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="how you know that it is them; it goes on record")

    def handle(self, *args: Any, **options: Any) -> None:
        user = named(options["username"])
        try:
            remove_factors(caller=foundry_caller("command"), user_id=user.id, reason=options["reason"])
        except DomainError as error:
            raise CommandError(one_line(error.detail)) from None
        self.stdout.write(self.style.SUCCESS(f"{user.username} signs in with the password only."))
