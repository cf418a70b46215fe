"""``manage.py changepassword USERNAME``, with its event, in place of Django's own."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.callers import foundry_caller
from accounts.management.passwords import read_password
from accounts.management.people import named
from accounts.services import set_password
from kernel.errors import DomainError
from kernel.invisible import one_line


class Command(BaseCommand):
    help = "Set an account's password; its browser sessions end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        user = named(options["username"])
        password = read_password(from_stdin=options["password_stdin"])
        try:
            set_password(caller=foundry_caller("command"), user_id=user.id, password=password)
        except DomainError as error:
            raise CommandError(one_line(error.detail)) from None
        self.stdout.write(self.style.SUCCESS(f"Set the password of {user.username}."))
