"""One site of a project as it is seen from here: how far it is, when it was heard, and who is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.conf import settings

from stages.replication.environment import SKEW
from stages.replication.models import Peer
from stages.replication.reading.clocks import Heads, count_missing, heads_of
from stages.replication.reading.people import SitePerson
from stages.replication.reading.uncounted import Uncounted, uncounted_of

SHORT_KEY: Final = 8


class SiteState(StrEnum):
    """What there is to say of a site first."""

    HERE = "here"
    SAME = "same"
    CATCHING_UP = "catching_up"
    AWAY = "away"
    NEVER = "never"
    DIFFERS = "differs"
    INTRODUCED = "introduced"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Known:
    """How many of a chain's bundles a site has, of all that are known here."""

    site: str
    name: str
    has: int
    of: int

    @property
    def percent(self) -> int:
        return 100 * min(self.has, self.of) // self.of if self.of else 100


@dataclass(frozen=True, slots=True)
class Revocation:
    """A site that this one has revoked, and the last bundle of it that counts there."""

    site: str
    name: str
    number: int | None
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site of a project. `behind` counts the bundles that are here and not there, `ahead` those the other way round.

    `peer` is None for this site itself. `skew_ms` says how far its clock is ahead of the one here, `remaining` how many
    bundles it said were still to come. `number` counts its own bundles that are here, and `uncounted` says of which
    revoked sites one of both has more than counts for the other.
    """

    key: str
    name: str
    state: SiteState
    is_home: bool
    people: Sequence[SitePerson]
    number: int = 0
    peer: Peer | None = None
    is_linked: bool = False
    behind: int = 0
    ahead: int = 0
    remaining: int = 0
    knows: Sequence[Known] = ()
    introduced_by: str = ""
    revocations: Sequence[Revocation] = field(default=())
    uncounted: Sequence[Uncounted] = field(default=())

    @property
    def short_key(self) -> str:
        """The first digits of its key, in two groups of four."""
        return short_key(self.key)

    @property
    def fingerprint(self) -> str:
        """Its whole key in groups of four digits, for people who compare it."""
        return in_groups(self.key)

    @property
    def last_heard(self) -> datetime | None:
        return self.peer.last_seen_at if self.peer else None

    @property
    def clock_seconds(self) -> int:
        """How far its clock is ahead, in whole seconds; less than a second is none."""
        skew = self.peer.skew_ms if self.peer else None
        return round(skew / 1000) if skew is not None and abs(skew) >= 1000 else 0

    @property
    def is_clock_wrong(self) -> bool:
        """Whether its clock is so far ahead that what it writes is held."""
        return self.clock_seconds > int(getattr(settings, SKEW))

    @property
    def percent(self) -> int:
        """How much of all that is known it has."""
        return 100 * sum(min(each.has, each.of) for each in self.knows) // max(1, sum(each.of for each in self.knows))


def state_of(peer: Peer, *, is_linked: bool, behind: int, ahead: int) -> SiteState:
    """What there is to say of a peer first."""
    if peer.revoked_at is not None:
        return SiteState.REVOKED
    if peer.admitted_at is None:
        return SiteState.INTRODUCED
    if is_alarmed(peer):
        return SiteState.DIFFERS
    if is_linked:
        return SiteState.CATCHING_UP if behind or ahead or peer.remaining else SiteState.SAME
    return SiteState.AWAY if peer.last_seen_at is not None else SiteState.NEVER


def is_alarmed(peer: Peer) -> bool:
    """Whether it has other content than this site under the same clocks, or two histories, and still has."""
    return peer.alarm is not None and not peer.alarm.get("over_at")


def site_of(
    peer: Peer,
    here: Heads,
    names: Mapping[str, str],
    people: Sequence[SitePerson],
    *,
    is_linked: bool,
    cuts: Mapping[str, int],
) -> Site:
    """A peer as it is seen from here. `names` and `cuts` are those of all sites by their keys."""
    there = heads_of(peer, here)
    behind, ahead = count_missing(there, here), count_missing(here, there)
    state = state_of(peer, is_linked=is_linked, behind=behind, ahead=ahead)
    # Nothing is sent to others, nor awaited from them.
    takes_part = peer.is_admitted
    return Site(
        key=peer.key_text,
        name=names[peer.key_text],
        state=state,
        is_home=peer.is_home,
        people=people,
        number=here.get(peer.key_text, 0),
        peer=peer,
        is_linked=is_linked,
        behind=behind if takes_part else 0,
        ahead=ahead if takes_part else 0,
        remaining=peer.remaining,
        knows=_known(there, here, names) if takes_part else (),
        introduced_by=names.get(bytes(peer.introduced_by).hex(), "") if peer.introduced_by else "",
        revocations=[_revocation(site, facts, names) for site, facts in sorted(peer.revocations.items())],
        uncounted=list(uncounted_of(peer, there, here, cuts, names)) if takes_part else (),
    )


def _known(there: Heads, here: Heads, names: Mapping[str, str]) -> list[Known]:
    chains = sorted(there.keys() | here.keys(), key=lambda site: name_of(site, names).casefold())
    return [
        Known(site, name_of(site, names), there.get(site, 0), max(here.get(site, 0), there.get(site, 0)))
        for site in chains
    ]


def _revocation(site: str, facts: Mapping[str, Any], names: Mapping[str, str]) -> Revocation:
    return Revocation(site, name_of(site, names), facts.get("number"), str(facts.get("at") or ""))


def in_groups(key: str) -> str:
    """A key in groups of four digits, for people who compare it."""
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


def short_key(key: str) -> str:
    """The first digits of a key, in two groups of four."""
    return in_groups(key[:SHORT_KEY])


def name_of(site: str, names: Mapping[str, str]) -> str:
    """What a site is called; one that nobody has named by its key."""
    return names.get(site) or site[:SHORT_KEY]
