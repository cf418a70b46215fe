"""Sites that were found in the network and say that they have a project: a hint, which an owner may follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from stages.replication.discovery.nearby import nearby
from stages.replication.environment import DISCOVERY
from stages.replication.models import Peer
from stages.replication.reading.site import short_key


@dataclass(frozen=True, slots=True)
class SiteNearby:
    """A key that was advertised with its addresses, and the site that has it where that is known."""

    key: str
    addresses: Sequence[str]
    peer: Peer | None

    @property
    def short_key(self) -> str:
        return short_key(self.key)


@dataclass(frozen=True, slots=True)
class SitesNearby:
    """`is_on` says whether this site looks at all."""

    is_on: bool
    found: Sequence[SiteNearby] = ()

    @property
    def new(self) -> int:
        """How many of them are not admitted."""
        return sum(each.peer is None or not each.peer.is_admitted for each in self.found)


def sites_nearby(project_id: UUID) -> SitesNearby:
    """What was found for a project; one query where there is anything."""
    if not getattr(settings, DISCOVERY):
        return SitesNearby(is_on=False)
    found = nearby(project_id)
    if not found:
        return SitesNearby(is_on=True)
    keys = [bytes.fromhex(each.key) for each in found]
    peers = {each.key_text: each for each in Peer.objects.filter(project_id=project_id, key__in=keys)}
    return SitesNearby(True, [SiteNearby(each.key, each.addresses, peers.get(each.key)) for each in found])
