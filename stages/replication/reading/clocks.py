"""How far sites are: numbers of bundles by site, of this site and as others have said it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from stages.registers.models import Bundle
from stages.replication.models import Peer

# The number of the newest bundle of each chain, by the key of its site in lowercase hexadecimal digits.
Heads = Mapping[str, int]


def heads_here(project_id: UUID) -> dict[str, int]:
    """What this site has of each chain; one query."""
    newest = Bundle.objects.filter(project_id=project_id).order_by("site_key", "-number").distinct("site_key")
    return {bytes(site).hex(): number for site, number in newest.values_list("site_key", "number")}


def heads_of(peer: Peer, here: Heads) -> dict[str, int]:
    """What a site has said to have, and of its own chain at least what is here."""
    own = peer.key_text
    there = {site: int(entry[1]) for site, entry in peer.clock.items()}
    newest = max(there.get(own, 0), here.get(own, 0))
    return there | {own: newest} if newest else there


def count_missing(have: Heads, of: Heads) -> int:
    """How many bundles of `of` are not in `have`."""
    return sum(max(0, number - have.get(site, 0)) for site, number in of.items())


def common_heads(here: Heads, others: Iterable[Heads]) -> dict[str, int]:
    """What all of them have."""
    listed = [here, *others]
    return {site: min(each.get(site, 0) for each in listed) for site in here}
