"""``manage.py create_token USERNAME NAME``: print a new personal access token, once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.callers import foundry_caller
from accounts.management.people import named
from accounts.services import create_token
from kernel.errors import DomainError
from kernel.invisible import one_line


class Command(BaseCommand):
    help = "Make a personal access token for an account and print it; it is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("name", help="what the token is for")

    def handle(self, *args: Any, **options: Any) -> None:
        user = named(options["username"])
        try:
            _token, text = create_token(caller=foundry_caller("command"), name=options["name"], user_id=user.id)
        except DomainError as error:
            raise CommandError(one_line(error.detail)) from None
        self.stdout.write(text)
