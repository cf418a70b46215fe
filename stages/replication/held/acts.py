"""What an owner may do with a held bundle, by the reason for which it is held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from stages.replication.choices import HeldReason

Act = Literal["release", "discard", "re_enter"]

_WAITS: Final[frozenset[Act]] = frozenset({"discard", "re_enter"})
_WRONG: Final[frozenset[Act]] = frozenset({"discard"})
# Nobody releases what ends by itself, nor what no site could take in.
ACTS: Final[Mapping[HeldReason, frozenset[Act]]] = {
    HeldReason.FUTURE: _WRONG,
    HeldReason.UNKNOWN_SITE: _WAITS,
    HeldReason.UNKNOWN_KEY: _WAITS,
    HeldReason.READ_ONLY: _WAITS,
    HeldReason.REVOKED: _WAITS | {"release"},
    HeldReason.FORK: _WAITS,
    HeldReason.BAD_SIGNATURE: _WRONG,
    HeldReason.MALFORMED: _WRONG,
    HeldReason.NEWER: _WRONG,
    HeldReason.BEHIND: _WAITS,
}


def may(act: Act, reason: str) -> bool:
    return act in ACTS[HeldReason(reason)]
