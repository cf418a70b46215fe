"""Who held which field at home, from when to when, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.models import Person
from locking.models import EndReason
from stages.replication.home.named import SAVED
from stages.replication.home.projection.facts import CopiedFact, facts_of, somebody
from stages.replication.home.projection.shapes import Acquired, Released, SavedTokens, fit
from stages.replication.models import CopiedEvent

ACQUIRED: Final = ("lock.acquired", "lock.handed_over", "lock.taken_over")
RELEASED: Final = "lock.released"


@dataclass(frozen=True, slots=True)
class CopiedLease:
    """A lease of home; its token is the number of the event that opened it. Open while `ended_at` is None.

    `saved_as` is the version that ended it. Of one that is not `is_readable` only the token and the time are known.
    """

    token: int
    field: str
    holder: Person
    started_at: datetime
    ended_at: datetime | None = None
    why: str = ""
    saved_as: int | None = None
    is_readable: bool = True

    @property
    def words(self) -> str:
        """Why it ended."""
        return str(EndReason(self.why).label) if self.why in EndReason.values else self.why


def count_leases(project_id: UUID) -> int:
    """How many leases the copy has."""
    return CopiedEvent.objects.filter(project=project_id, action__in=ACQUIRED).count()


def newest_leases(project_id: UUID, *, below: int | None = None, limit: int = 50) -> list[CopiedLease]:
    """Leases, newest first; with `below` those with smaller tokens."""
    opened = CopiedEvent.objects.filter(project=project_id, action__in=ACQUIRED)
    if below is not None:
        opened = opened.filter(seq__lt=below)
    tokens = list(opened.order_by("-seq").values_list("seq", flat=True)[:limit])
    if not tokens:
        return []
    facts = facts_of(project_id, *ACQUIRED, RELEASED, SAVED, after=tokens[-1] - 1)
    wanted = set(tokens)
    leases = (lease for lease in fold(facts) if lease.token in wanted)
    return sorted(leases, key=lambda lease: -lease.token)


def open_leases(project_id: UUID) -> list[CopiedLease]:
    """The fields that were held when the copy was made, the newest first."""
    leases = fold(facts_of(project_id, *ACQUIRED, RELEASED))
    still_open = (lease for lease in leases if lease.is_readable and lease.ended_at is None)
    return sorted(still_open, key=lambda lease: -lease.token)


def fold(facts: Iterable[CopiedFact]) -> Iterator[CopiedLease]:
    """All leases that the facts open, as they end by them; a version that is saved ends those whose tokens it names."""
    leases: dict[int, CopiedLease] = {}
    for fact in facts:
        if fact.action == SAVED:
            _save(leases, fact)
        elif fact.action == RELEASED:
            ended = fit(Released, fact.data)
            if ended is not None:
                _end(leases, ended.token, fact.at, ended.why)
        else:
            leases[fact.seq] = _acquire(leases, fact)
    yield from leases.values()


def _acquire(leases: dict[int, CopiedLease], fact: CopiedFact) -> CopiedLease:
    acquired = fit(Acquired, fact.data)
    if acquired is None:
        return CopiedLease(fact.seq, "", somebody(), fact.at, is_readable=False)
    if acquired.ended is not None:
        _end(leases, acquired.ended.token, fact.at, fact.action.removeprefix("lock."))
    return CopiedLease(fact.seq, acquired.field, acquired.holder.person(), fact.at)


def _end(leases: dict[int, CopiedLease], token: int, at: datetime, why: str) -> None:
    if token in leases:
        leases[token] = replace(leases[token], ended_at=at, why=why)


def _save(leases: dict[int, CopiedLease], fact: CopiedFact) -> None:
    saved = fit(SavedTokens, fact.data)
    if saved is None:
        return
    for token in saved.tokens.values():
        if token in leases:
            leases[token] = replace(leases[token], saved_as=saved.version)
