"""`manage.py verify_audit`: prove what on record was not changed, or name the first thing that was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.checkpoints.models import Timestamp
from audit.checkpoints.verification import expected_fault
from audit.keys.succession import SiteKeys, also_pinned, site_keys
from audit.verification import Verification, verify
from kernel.invisible import one_line


class Command(BaseCommand):
    help = "Verify the audit chains and every table that they describe; exit 1 where something is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--chain", help="verify one chain only, and its records: `site` or a project's id")
        parser.add_argument(
            "--checkpoint",
            metavar="NUMBER:SHA256",
            type=_checkpoint,
            help="a checkpoint as the log or a collector has it: it must still be there as it was",
        )
        parser.add_argument(
            "--key",
            metavar="FINGERPRINT",
            action="append",
            default=[],
            help="a key of this site as you know it from elsewhere; what it seals, and its succession, counts",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with also_pinned(options["key"]):
            self._verify(options)

    def _verify(self, options: dict[str, Any]) -> None:
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
                self.stdout.write(f"{one_line(state.chain)}  verified up to {state.seq}  {state.hash}")
        keys = None if options["chain"] else site_keys()
        for line in (*_not_compared(found), *_dated_back(found), *_not_known(keys), *_not_stamped(options["chain"])):
            self.stdout.write(self.style.WARNING(line))
        self.stdout.write(
            self.style.SUCCESS(
                f"Verified: {counted(found.events, 'event')} in {counted(len(found.chains), 'chain')}, and the"
                f" {counted(found.rows, 'row')} they describe. Nothing of that was changed."
            )
        )
        if keys is not None and keys.pinned:
            known = ", ".join(sorted(keys.pinned & keys.recorded.keys()))
            self.stdout.write(f"Seals were checked with the known key {known}" if known else "Nothing is sealed yet.")


# So many findings make it clear.
MAX_NAMED = 20


def _not_compared(found: Verification) -> Iterator[str]:
    """What nothing is said of: the events of these rows are of before such facts were recorded."""
    for (row, column), count in sorted(found.not_compared.items()):
        yield f"Not compared (recorded before events carried it): {column} of {counted(count, row)}"


def _dated_back(found: Verification) -> Iterator[str]:
    """A clock that was set back does this, and so does who writes into the table what they date themselves."""
    for state in found.chains:
        for seq in state.dated_back[:MAX_NAMED]:
            yield f"Dated before the event before it: {one_line(state.chain)}#{seq}. Was the clock set back then?"


def counted(count: int, name: str) -> str:
    """`1 event`, `2 events`; names of rows take their plural likewise."""
    plural = f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"
    return f"{count} {name if count == 1 else plural}"


def _not_known(keys: SiteKeys | None) -> Iterator[str]:
    if keys is not None and keys.recorded and not keys.pinned:
        yield "The seals are NOT COMPARED WITH A KNOWN KEY: they fit keys that only this database vouches for."
        yield "Name one that you know from elsewhere: --key FINGERPRINT"


def _not_stamped(chain: str | None) -> Iterator[str]:
    if chain is None and not settings.FOUNDRY_TIMESTAMP_ROOTS and Timestamp.objects.exists():
        yield "Who gave the time stamps is NOT COMPARED: FOUNDRY_TIMESTAMP_ROOTS names no authority to trust."


def _checkpoint(text: str) -> tuple[int, str]:
    number, _, sha256 = text.partition(":")
    return int(number), sha256.lower()
