"""`manage.py verify_audit`: prove what on record was not changed, or name the first thing that was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.checkpoints.verification import expected_fault
from audit.verification import Verification, verify


class Command(BaseCommand):
    help = "Verify the audit chains and every table that they tell of; exit 1 where something is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--chain", help="verify one chain only, and its records: `site` or a project's id")
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
        found = verify(options["chain"])
        if found.findings:
            raise CommandError("Broken. " + "\n".join(str(finding) for finding in found.findings[:MAX_NAMED]))
        if options["chain"] and found.events == 0:
            raise CommandError(f"There is no chain {options['chain']}.")
        if options["verbosity"] > 1 or options["chain"]:
            for state in found.chains:
                self.stdout.write(f"{state.chain}  verified up to {state.seq}  {state.hash}")
        for line in _not_compared(found):
            self.stdout.write(self.style.WARNING(line))
        self.stdout.write(
            self.style.SUCCESS(
                f"Verified: {len(found.chains)} chains of {found.events} events, and the {found.rows} rows that they"
                " tell of; nothing of that was changed."
            )
        )


# So many findings make it clear.
MAX_NAMED = 20


def _not_compared(found: Verification) -> Iterator[str]:
    """What nothing is said of: the events of these rows are of before such facts were recorded."""
    for (row, column), count in sorted(found.not_compared.items()):
        yield f"Not compared, recorded before its release told it: {column} of {count} × {row}"


def _noted(text: str) -> tuple[int, str]:
    number, _, sha256 = text.partition(":")
    return int(number), sha256.lower()
