"""Whether all sites have the same, since when they do not, and what has happened since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Min, Q
from django.utils import timezone

from stages.registers.models import Bundle
from stages.replication.reading.clocks import Heads, common_heads, heads_of
from stages.replication.reading.site import Site, SiteState, name_of


class Verdict(StrEnum):
    """What is said of all sites together."""

    ALONE = "alone"
    SAME = "same"
    APART = "apart"
    NEVER = "never"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Since:
    """What was written at one site and is not everywhere yet."""

    name: str
    is_here: bool
    bundles: int


@dataclass(frozen=True, slots=True)
class Sameness:
    """`at` is when all sites were known to have the same for the last time; None where they never were.

    `since` is what was written meanwhile, by site, and `without` names the sites that lack some of it. `state_hash` is
    the hash that all have computed, or the newest one that another site has in common with this one.
    """

    verdict: Verdict
    sites: int
    at: datetime | None = None
    since: Sequence[Since] = field(default=())
    without: Sequence[str] = field(default=())
    state_hash: str = ""

    @property
    def to_send(self) -> int:
        """How many bundles are here and not everywhere."""
        return sum(each.bundles for each in self.since)

    @property
    def short_hash(self) -> str:
        return f"{self.state_hash[:4]} {self.state_hash[4:8]}" if self.state_hash else ""

    def to_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict.value,
            "sites": self.sites,
            "at": self.at,
            "to_send": self.to_send,
            "since": [{"site": each.name, "bundles": each.bundles} for each in self.since],
            "without": list(self.without),
            "state_hash": self.state_hash or None,
        }


def sameness_of(
    project_id: UUID, here: Site, others: Sequence[Site], heads: Heads, names: Mapping[str, str]
) -> Sameness:
    """Compare what the others have said with what is here; one query where something is not everywhere."""
    if not others:
        return Sameness(Verdict.ALONE, sites=1)
    there = {each.key: heads_of(each.peer, heads) for each in others if each.peer is not None}
    common = common_heads(heads, there.values())
    missing = {site: number - common[site] for site, number in heads.items() if number > common[site]}
    behind = [each for each in others if each.behind or each.ahead]
    return Sameness(
        verdict=_verdict(others, behind),
        sites=1 + len(others),
        at=_same_at(project_id, others, there),
        since=[Since(name_of(site, names), site == here.key, count) for site, count in sorted(missing.items())],
        without=[each.name for each in behind if each.behind],
        state_hash=_hash(others),
    )


def _verdict(others: Sequence[Site], behind: Sequence[Site]) -> Verdict:
    if any(each.state == SiteState.DIFFERS for each in others):
        return Verdict.DIFFERS
    if any(each.last_heard is None for each in others):
        return Verdict.NEVER
    return Verdict.APART if behind else Verdict.SAME


def _same_at(project_id: UUID, others: Sequence[Site], there: Mapping[str, Heads]) -> datetime | None:
    """The earliest of when each site was heard, and of when the first bundle came here that it lacks."""
    heard = [each.last_heard for each in others]
    if any(each is None for each in heard):
        return None
    lacking = [each for each in others if each.behind]
    found = [timezone.now() if each.is_linked and not each.behind else each.last_heard for each in others]
    moments = [each for each in found if each is not None]
    if lacking:
        first = _first_missing(project_id, [there[each.key] for each in lacking])
        moments += [first] if first is not None else []
    return min(moments)


def _first_missing(project_id: UUID, clocks: Sequence[Heads]) -> datetime | None:
    """When the first bundle came here that one of these clocks does not have."""
    lacks = reduce(or_, (beyond(each) for each in clocks))
    found: datetime | None = Bundle.objects.filter(lacks, project_id=project_id).aggregate(at=Min("received_at"))["at"]
    return found


def beyond(heads: Heads, of: str = "") -> Q:
    """The bundles that are not among these; `of` leads to the bundle from another table."""
    known = Q(**{f"{of}site_key__in": [bytes.fromhex(site) for site in heads]})
    newer = (Q(**{f"{of}site_key": bytes.fromhex(site), f"{of}number__gt": number}) for site, number in heads.items())
    return reduce(or_, newer, ~known)


def _hash(others: Sequence[Site]) -> str:
    """Of a site that has neither more nor less than this one, the one heard last."""
    same = [
        each.peer
        for each in others
        if each.peer is not None and each.peer.state_hash is not None and not (each.behind or each.ahead)
    ]
    heard = [peer for peer in same if peer.last_seen_at is not None]
    if not heard:
        return ""
    newest = max(heard, key=lambda peer: peer.last_seen_at or timezone.now())
    return bytes(newest.state_hash or b"").hex()
