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
from stages.replication.home.projection.facts import CopiedFact, facts_of
from stages.replication.models import CopiedEvent

ACQUIRED: Final = ("lock.acquired", "lock.handed_over", "lock.taken_over")
RELEASED: Final = "lock.released"


@dataclass(frozen=True, slots=True)
class CopiedLease:
    """A lease of home; its token is the number of the event that opened it. Open while `ended_at` is None.

    `saved_as` is the version that ended it.
    """

    token: int
    field: str
    holder: Person
    started_at: datetime
    ended_at: datetime | None = None
    why: str = ""
    saved_as: int | None = None

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
    return sorted((lease for lease in leases if lease.ended_at is None), key=lambda lease: -lease.token)


def fold(facts: Iterable[CopiedFact]) -> Iterator[CopiedLease]:
    """All leases that the facts open, as they end by them; a version that is saved ends those whose tokens it names."""
    leases: dict[int, CopiedLease] = {}
    for fact in facts:
        if fact.action == SAVED:
            _save(leases, fact)
        elif fact.action == RELEASED:
            _end(leases, fact.data["token"], fact.at, fact.data["why"])
        else:
            if "ended" in fact.data:
                why = fact.action.removeprefix("lock.")
                _end(leases, fact.data["ended"]["token"], fact.at, why)
            leases[fact.seq] = CopiedLease(fact.seq, fact.data["field"], fact.data["holder"], fact.at)
    yield from leases.values()


def _end(leases: dict[int, CopiedLease], token: int, at: datetime, why: str) -> None:
    if token in leases:
        leases[token] = replace(leases[token], ended_at=at, why=why)


def _save(leases: dict[int, CopiedLease], fact: CopiedFact) -> None:
    for token in fact.data.get("tokens", {}).values():
        if token in leases:
            leases[token] = replace(leases[token], saved_as=fact.data["version"])
