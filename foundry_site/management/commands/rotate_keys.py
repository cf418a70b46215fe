"""`manage.py rotate_keys`: encrypt every stored secret with the newest key of the ring."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.callers import foundry_caller
from audit.keys.secrets import rotate_secrets
from drafts.exchange.terminal import refusals
from kernel.ring import RingError, add_key


class Command(BaseCommand):
    help = "Encrypt every stored secret with the newest encryption key, so that older keys can be removed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--new-key", action="store_true", help="first add a key to the file encryption_keys in the data folder"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_key"]:
            if settings.FOUNDRY_ENCRYPTION_KEYS:
                raise CommandError("FOUNDRY_ENCRYPTION_KEYS holds the keys: put a new one before the others there.")
            add_key()
        with refusals():
            try:
                count = rotate_secrets(caller=foundry_caller("command"))
            except RingError as error:
                raise CommandError(f"Nothing was changed: {error}. Add the key that encrypted it.") from error
        self.stdout.write(self.style.SUCCESS(f"{count} secrets are encrypted with the newest key."))
