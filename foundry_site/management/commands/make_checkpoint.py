"""`manage.py make_checkpoint`: make a checkpoint, for a schedule of the operator's own."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.callers import foundry_caller
from audit.checkpoints.services import make_checkpoint


class Command(BaseCommand):
    help = "Make a signed checkpoint of all audit chains and print its number and SHA-256; keep them elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-changed", action="store_true", help="only where something was recorded since")

    def handle(self, *args: Any, **options: Any) -> None:
        checkpoint = make_checkpoint(caller=foundry_caller("command"), only_if_changed=options["if_changed"])
        if checkpoint is None:
            self.stdout.write("Nothing was recorded since the last checkpoint.")
        else:
            self.stdout.write(f"{checkpoint.number}:{checkpoint.sha256}")
