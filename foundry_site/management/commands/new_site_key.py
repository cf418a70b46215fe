"""`manage.py new_site_key`: replace the site's signing key by a new one that the old one endorses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.callers import foundry_caller
from audit.keys.rotation import rotate_site_key
from drafts.exchange.terminal import refusals
from kernel.names import check_reason


class Command(BaseCommand):
    help = "Make the site's next signing key, endorsed by the present one, and print both fingerprints."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", required=True, help="why, for the record and for every bundle")
        parser.add_argument(
            "--file", type=Path, help="where the new private key goes, if FOUNDRY_SIGNING_KEY holds the present one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with refusals():
            reason = check_reason(options["reason"])
            done = rotate_site_key(caller=foundry_caller("command"), reason=reason, file=options["file"])
        self.stdout.write(f"before  {done.before}")
        self.stdout.write(self.style.SUCCESS(f"after   {done.after}"))
        self.stdout.write(f"The new private key is in {done.file}. Back it up apart from the database.")
        if options["file"]:
            self.stdout.write("Give it to every node as FOUNDRY_SIGNING_KEY and restart: until then nothing is sealed.")
