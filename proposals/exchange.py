"""Proposals in a project's file: those that were opened, with their rounds, the texts of these, and their votes.

Private proposals are left out by the model's default manager, and so is what would show that somebody has staged
something in an open one since its last round. An imported project does not get them again: whoever
opened, approved or accepted did so at the other site, and the file keeps it (docs/adr/0006).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from drafts.exchange.registry import ExportedTable, Row
from proposals.models import Proposal, Round, Vote


def _contents(row: Row) -> Iterator[str]:
    for sides in row["changes"].values():
        digest = (sides["after"] or {}).get("sha256")
        if digest is not None:
            yield digest


EXPORTED: Final = {
    "proposal": ExportedTable(Proposal, private=frozenset({"contributors", "touched", "updated_at"})),
    "proposal_round": ExportedTable(Round, contents=_contents),
    "proposal_vote": ExportedTable(Vote),
}
