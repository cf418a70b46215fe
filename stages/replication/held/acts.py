"""What an owner may do with a held bundle, by the reason for which it is held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from stages.replication.choices import HeldReason

RELEASE: Final = "release"
RE_ENTER: Final = "re_enter"
DISCARD: Final = "discard"

_READABLE: Final = (RE_ENTER, DISCARD)
# Nobody releases what ends by itself, nor what no site could take in; nobody enters again what cannot be believed.
ACTS: Final[Mapping[str, tuple[str, ...]]] = {
    HeldReason.FUTURE: (DISCARD,),
    HeldReason.UNKNOWN_SITE: _READABLE,
    HeldReason.UNKNOWN_KEY: _READABLE,
    HeldReason.READ_ONLY: _READABLE,
    HeldReason.REVOKED: (RELEASE, *_READABLE),
    HeldReason.FORK: _READABLE,
    HeldReason.BAD_SIGNATURE: (DISCARD,),
    HeldReason.MALFORMED: (DISCARD,),
    HeldReason.NEWER: (DISCARD,),
    HeldReason.BEHIND: _READABLE,
}
