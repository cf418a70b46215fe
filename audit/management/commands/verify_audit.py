"""`manage.py verify_audit`: prove that nothing on record was changed, or name the first thing that was."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.checkpoints.verification import expected_fault
from audit.verification import chains, verify_chain, verify_records


class Command(BaseCommand):
    help = "Verify the audit chains and every record they describe; exit 1 at the first thing that is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--chain", help="verify one chain only: `site` or a project's id")
        parser.add_argument(
            "--checkpoint",
            metavar="NUMBER:SHA256",
            type=_noted,
            help="a checkpoint as the log or a collector has it: it must still be there as it was",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["checkpoint"]:
            fault = expected_fault(*options["checkpoint"])
            if fault:
                raise CommandError(f"Broken. {fault}")
        names = [options["chain"]] if options["chain"] else chains()
        for name in names:
            state = verify_chain(name)
            if state.finding:
                raise CommandError(f"Broken. {state.finding}")
            if options["chain"] and state.events == 0:
                raise CommandError(f"There is no chain {name}.")
            if options["verbosity"] > 1 or options["chain"]:
                self.stdout.write(f"{state.chain}  verified up to {state.seq}  {state.hash}")
        if not options["chain"]:
            for finding in verify_records():
                raise CommandError(f"Broken. {finding}")
        self.stdout.write(self.style.SUCCESS(f"Verified: {len(names)} chains, nothing was changed."))


def _noted(text: str) -> tuple[int, str]:
    number, _, sha256 = text.partition(":")
    return int(number), sha256.lower()
