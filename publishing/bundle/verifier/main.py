"""Verify a Foundry bundle, without Foundry: python3 -I verify.py [KEY ...] [BUNDLE]

BUNDLE is the zip or the folder it was unpacked into (default: the folder of this file). KEY is the fingerprint of a
key of the site, known from elsewhere: any one is enough; if the site lost a key, give the one before and the one after
it. Without a KEY, this only proves that the bundle matches the keys inside it, and prints so. Every byte of every file
except this one is checked. Exit status 0: valid; 1: not valid, and the first error is printed.
Needs only Python 3.10 or later; -I prevents Python from importing modules from this folder.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from publishing.bundle.verifier.archive import check_archive
from publishing.bundle.verifier.chain import Facts, check_events, check_files, check_seal
from publishing.bundle.verifier.hidden import spelled_out
from publishing.bundle.verifier.parts import check_parts
from publishing.bundle.verifier.reading import Bundle, WrongError, open_bundle
from publishing.bundle.verifier.record import (
    check_content,
    check_leases,
    check_members,
    check_project,
    check_report,
    check_rest_of_project,
    check_versions,
)
from publishing.bundle.verifier.releases import check_checkpoints, check_releases

# Ordered so that each check can use the results of the checks before it.
CHECKS = (
    check_files,
    check_seal,
    check_events,
    check_project,
    check_versions,
    check_content,
    check_leases,
    check_members,
    check_rest_of_project,
    check_releases,
    check_checkpoints,
    check_parts,
    check_report,
)


def verify(bundle: Bundle, pins: Iterable[str] = ()) -> list[str]:
    """The lines of the result to print. Raises `WrongError` for the first error."""
    facts = Facts(bundle, frozenset(pins))
    try:
        for step in CHECKS:
            step(facts)
    except WrongError:
        raise
    except Exception as error:  # noqa: BLE001 (whatever a forged file makes of us, it is not valid)
        raise WrongError(f"{bundle.reading}: it is not of the form it should have ({error!r})") from None
    return facts.notes


def verify_place(place: Path, pins: Iterable[str] = ()) -> list[str]:
    """Verify a zip (including that it has no extra bytes), or the folder that it was unpacked into."""
    if not place.is_dir():
        check_archive(place)
    return verify(open_bundle(place), pins)


def main(arguments: Sequence[str]) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Escape characters that the terminal's encoding lacks, instead of failing.
        sys.stdout.reconfigure(errors="backslashreplace")
    keys = [each.lower() for each in arguments if re.fullmatch(r"[0-9a-fA-F]{64}", each)]
    places = [each for each in arguments if each.lower() not in keys]
    if len(places) > 1 or any(each.startswith("-") for each in places):
        sys.stderr.write((__doc__ or "") + "\n")
        return 1
    try:
        place = Path(places[0]) if places else Path(__file__).resolve().parent
        result = verify_place(place, keys)
    except Exception as error:  # noqa: BLE001 (as above: what cannot be read is not valid either)
        sys.stdout.write(f"NOT VALID: {spelled_out(str(error))}\n")
        return 1
    result.append(isolation())
    lines = ["VALID" if keys else "VALID, BUT NOT COMPARED WITH A KNOWN KEY", *map(spelled_out, result)]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def isolation() -> str:
    """Whether Python could have imported modules from elsewhere than its standard library."""
    if sys.flags.isolated:
        return "read by Python's own modules only (python3 -I)"
    return "this folder was taken off Python's path; start it as python3 -I to leave out PYTHONPATH, too"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
