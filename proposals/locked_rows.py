"""Locking a proposal, and reading in the same round trip what its writes decide by.

The statements travel together, each planned once for a connection. Each sees what was committed when it begins, so
what comes after a lock is read as it is now that the lock is ours.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.errors import NotFound
from kernel.statements import Rows, Statement, run_together
from projects.project_context import RowReader
from proposals.models import Change, Proposal, Round

_LOCK_AUTHOR: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_LOCK: Final = "SELECT {proposal} FROM proposals_proposal AS proposal WHERE id = %s FOR NO KEY UPDATE"
_NEWEST_ROUND: Final = (
    "SELECT {round} FROM proposals_round AS round WHERE proposal_id = %s ORDER BY number DESC LIMIT 1"
)
_CHANGES: Final = "SELECT {change} FROM proposals_change AS change WHERE proposal_id = %s AND target = ANY(%s::text[])"


def lock_proposal(proposal_id: UUID) -> Proposal:
    """The proposal with its row locked, as it is now. Raises `NotFound` if it was discarded meanwhile."""
    (rows,) = run_together([_lock(proposal_id)])
    return _proposal(rows)


def lock_with_round(proposal_id: UUID) -> tuple[Proposal, Round | None]:
    """As `lock_proposal`, with its newest round; None while it is private."""
    sql, rounds = _newest_round()
    locked, found = run_together([_lock(proposal_id), (sql, [proposal_id])])
    return _proposal(locked), rounds.read(found[0]) if found else None


def lock_with_changes(proposal_id: UUID, *, author_id: UUID, targets: Collection[str]) -> tuple[Proposal, list[Change]]:
    """As `lock_proposal`, after its author (`author_lock`), with what is staged for targets of these names."""
    sql, changes = _changes()
    together = [author_lock(author_id), _lock(proposal_id), (sql, [proposal_id, list(targets)])]
    _none, locked, staged = run_together(together)
    return _proposal(locked), [change for row in staged if (change := changes.read(row)) is not None]


def author_lock(author_id: UUID) -> Statement:
    """Have other requests that stage in this author's proposals wait for the end of the transaction.

    So a repeated request finds what the first made, and together they stay below the limit of bytes. Taken before the
    row of a proposal, never after it.
    """
    return _LOCK_AUTHOR, [f"proposals of {author_id}"]


def _lock(proposal_id: UUID) -> Statement:
    return _locking()[0], [proposal_id]


def _proposal(rows: Rows) -> Proposal:
    proposal = _locking()[1].read(rows[0]) if rows else None
    if proposal is None:
        raise NotFound(_("There is no such proposal."))
    return proposal


@cache
def _locking() -> tuple[str, RowReader[Proposal]]:
    return _reading(_LOCK, "proposal", Proposal)


@cache
def _newest_round() -> tuple[str, RowReader[Round]]:
    return _reading(_NEWEST_ROUND, "round", Round)


@cache
def _changes() -> tuple[str, RowReader[Change]]:
    return _reading(_CHANGES, "change", Change)


def _reading(sql: str, alias: str, model: Any) -> tuple[str, RowReader[Any]]:
    reader: RowReader[Any] = RowReader(model)
    return sql.format(**{alias: reader.columns(alias)}), reader
