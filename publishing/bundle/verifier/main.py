"""Verify a Foundry bundle, without Foundry: python3 verify.py [KEY] [BUNDLE]

BUNDLE is the zip or the folder it was unpacked into (default: the folder of this file). KEY is the fingerprint of the
site's key as you know it from elsewhere; without it the bundle is only proven to fit the key inside it. Every byte of
every file but this one is checked. Exit status 0: valid; 1: not, and the first thing that is wrong is named.
Needs Python 3.9 or later, and nothing else.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from publishing.bundle.verifier.chain import Facts, check_events, check_files, check_seal
from publishing.bundle.verifier.reading import Bundle, WrongError, open_bundle
from publishing.bundle.verifier.record import check_content, check_leases, check_members, check_versions
from publishing.bundle.verifier.releases import check_checkpoints, check_releases

# In an order in which everything is known before it is needed.
CHECKS = (
    check_files,
    check_seal,
    check_events,
    check_versions,
    check_content,
    check_leases,
    check_members,
    check_releases,
    check_checkpoints,
)


def verify(bundle: Bundle, fingerprint: str | None = None) -> list[str]:
    """What is proven, in lines for people. Raises `WrongError` with the first thing that is wrong."""
    facts = Facts(bundle, fingerprint)
    try:
        for step in CHECKS:
            step(facts)
    except WrongError:
        raise
    except Exception as error:  # noqa: BLE001 (whatever a forged file makes of us, it is not valid)
        raise WrongError(f"a file is not of the form it should have ({error!r})") from None
    return facts.said


def main(arguments: Sequence[str]) -> int:
    keys = [each for each in arguments if re.fullmatch(r"[0-9a-f]{64}", each)]
    places = [each for each in arguments if each not in keys]
    if len(keys) > 1 or len(places) > 1 or any(each.startswith("-") for each in places):
        sys.stderr.write((__doc__ or "") + "\n")
        return 1
    try:
        place = Path(places[0]) if places else Path(__file__).resolve().parent
        said = verify(open_bundle(place), keys[0] if keys else None)
    except Exception as error:  # noqa: BLE001 (as above: what cannot be read is not valid either)
        sys.stdout.write(f"NOT VALID: {error}\n")
        return 1
    sys.stdout.write("\n".join(["VALID", *said]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
