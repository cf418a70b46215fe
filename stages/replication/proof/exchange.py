"""Other sites in a project's file: who was admitted and invited, and what is held of what they sent.

They stay in the file (docs/adr/0006): a new project is of nobody's network, and invites sites of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from drafts.exchange.registry import ExportCheck, ExportedTable, Row
from stages.replication.models import HeldBundle, Invitation, Peer
from stages.replication.proof.held import hashes_of

# What the site last said over a link, and which node dials: of this moment, and of nobody's record.
_HEARD: Final = frozenset(
    {
        *("clock", "state_hash", "head_number", "last_seen_at", "connected_at", "skew_ms", "remaining", "alarm"),
        *("node", "claimed_until"),
    }
)

EXPORTED: Final = {
    "site": ExportedTable(Peer, private=_HEARD),
    "site_invitation": ExportedTable(Invitation),
    "site_held_bundle": ExportedTable(HeldBundle),
}


def _faults(rows: Mapping[str, list[Row]]) -> Iterator[str]:
    for row in rows.get("site_held_bundle", ()):
        if bytes(row["hash"]).hex() not in hashes_of(row["text"]):
            yield f"The held bundle {row['id']} was changed: its text does not have its hash."


CHECK: Final = ExportCheck(("site_held_bundle",), _faults)
