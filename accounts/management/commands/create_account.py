"""``manage.py create_account USERNAME``: make an account; how a new installation gets its first administrator."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.callers import foundry_caller
from accounts.management.passwords import read_password
from accounts.models import Kind
from accounts.services import create_account
from kernel.errors import DomainError
from kernel.invisible import one_line


class Command(BaseCommand):
    help = "Make an account. Asks for a password; with --no-password nobody can sign in to it, but tokens work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="never reused, never changed; letters, digits and . _ + -")
        parser.add_argument("--display-name", default="", help="the printed name; the user name where left out")
        parser.add_argument("--email", default="")
        parser.add_argument("--kind", choices=Kind.values, default=Kind.HUMAN.value)
        parser.add_argument("--administrator", action="store_true", help="may manage accounts")
        parser.add_argument("--auditor", action="store_true", help="may read everything")
        password = parser.add_mutually_exclusive_group()
        password.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        password.add_argument("--no-password", action="store_true", help="for accounts that only use tokens")

    def handle(self, *args: Any, **options: Any) -> None:
        password = None if options["no_password"] else read_password(from_stdin=options["password_stdin"])
        try:
            user = create_account(
                caller=foundry_caller("command"),
                username=options["username"],
                display_name=options["display_name"],
                email=options["email"],
                kind=options["kind"],
                password=password,
                is_administrator=options["administrator"],
                is_auditor=options["auditor"],
            )
        except DomainError as error:
            raise CommandError(one_line(error.detail)) from None
        self.stdout.write(
            self.style.SUCCESS(f"Made the account {user.username} ({one_line(user.display_name)}, {user.kind}).")
        )
