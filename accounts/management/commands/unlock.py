"""``manage.py unlock USERNAME``: let somebody, or an address, try again at once after failed sign-ins or signings."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import lockout
from accounts.callers import foundry_caller
from accounts.management.people import named


class Command(BaseCommand):
    help = "End the lock-out of an account, or with --address of a network address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", nargs="?")
        parser.add_argument("--address", help="as the log names it: 192.0.2.7, or 2001:db8::/64")

    def handle(self, *args: Any, **options: Any) -> None:
        username, address = options["username"], options["address"]
        if (username is None) == (address is None):
            raise CommandError("Give a user name, or --address.")
        caller = foundry_caller("command")
        if address is not None:
            counted = lockout.unlock_address(caller=caller, address=address)
        else:
            counted = lockout.unlock_account(caller=caller, user_id=named(username).id)
        if not counted:
            raise CommandError(f"No failure of {username or address} is counted.")
        self.stdout.write(self.style.SUCCESS(f"{username or address} may try again."))
