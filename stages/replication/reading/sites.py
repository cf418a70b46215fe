"""All sites of a project as they are seen from here: what REST answers, and what the page Sites draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Case, F, Value, When

from stages.registers.keys import own_site_key
from stages.replication.environment import NAME
from stages.replication.link.presence import links_of
from stages.replication.models import Peer
from stages.replication.reading.clocks import Heads, heads_here
from stages.replication.reading.people import people_elsewhere, people_here
from stages.replication.reading.sameness import Sameness, sameness_of
from stages.replication.reading.site import Site, SiteState, site_of
from stages.replication.reading.uncounted import cuts_of


@dataclass(frozen=True, slots=True)
class Sites:
    """The sites of a project: `others` are admitted, `introduced` wait for an owner, and `revoked` are that.

    `heads` are the numbers of the newest bundles here.
    """

    here: Site
    others: list[Site]
    introduced: list[Site]
    revoked: list[Site]
    heads: Heads
    sameness: Sameness

    @property
    def all(self) -> list[Site]:
        return [self.here, *self.others, *self.introduced, *self.revoked]

    @property
    def away(self) -> list[Site]:
        return [each for each in self.others if not each.is_linked]

    @property
    def away_names(self) -> list[str]:
        return [each.name for each in self.away]

    @property
    def home(self) -> Site:
        """Where drafts, locks and releases are written."""
        return next((each for each in self.all if each.is_home), self.here)

    def find(self, key: str) -> Site | None:
        return next((each for each in self.all if each.key == key), None)


def own_name() -> str:
    """What this site is called."""
    return str(getattr(settings, NAME))


def read_sites(project_id: UUID) -> Sites:
    """The sites of a project, in six queries however many there are."""
    peers = list(_peers(project_id))
    heads = heads_here(project_id)
    here_key = own_site_key().hex()
    names = {here_key: own_name()} | {each.key_text: each.name or each.key_text[:8] for each in peers}
    linked = links_of(project_id) if peers else {}
    people = people_elsewhere(project_id, (each.key_text for each in peers))
    cuts = {key: number for each in peers for key, number in cuts_of(each).items()}
    sites = [
        site_of(each, heads, names, people.get(each.key_text, []), is_linked=each.key_text in linked, cuts=cuts)
        for each in peers
    ]
    others = [each for each in sites if each.peer is not None and each.peer.is_admitted]
    here = Site(
        key=here_key,
        name=names[here_key],
        state=SiteState.HERE,
        is_home=not any(each.is_home for each in peers),
        people=people_here(project_id),
        number=heads.get(here_key, 0),
        is_linked=any(each.is_linked for each in others),
    )
    return Sites(
        here=here,
        others=others,
        introduced=[each for each in sites if each.state == SiteState.INTRODUCED],
        revoked=[each for each in sites if each.state == SiteState.REVOKED],
        heads=heads,
        sameness=sameness_of(project_id, here, others, heads, names),
    )


def _peers(project_id: UUID) -> Any:
    """Home first, then in the order of their admission."""
    first = Case(When(is_home=True, then=Value(0)), default=Value(1))
    found = Peer.objects.filter(project_id=project_id).select_related("admitted_by")
    return found.order_by(first, F("admitted_at").asc(nulls_last=True), "id")


def home_name(project_id: UUID) -> str:
    """The name of the site where drafts, locks and releases of a project are written; this one's, if it is here."""
    found = Peer.objects.filter(project_id=project_id, is_home=True).only("name", "key").first()
    return str(found) if found is not None else own_name()


def names_of_sites(project_id: UUID) -> Mapping[str, str]:
    """What the sites of a project are called, by their keys; one query."""
    found = Peer.objects.filter(project_id=project_id).values_list("key", "name")
    return {own_site_key().hex(): own_name()} | {bytes(key).hex(): name for key, name in found if name}
