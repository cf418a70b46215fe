"""Bundles of a revoked site that one site has and for another do not count: these two stay apart by that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from stages.replication.models import Peer
from stages.replication.reading.clocks import Heads


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Bundles of a revoked site: at the other site and not here where it `is_there`, else here and not there."""

    site: str
    name: str
    bundles: int
    is_there: bool


def uncounted_of(
    peer: Peer, there: Heads, here: Heads, cuts: Mapping[str, int], names: Mapping[str, str]
) -> Iterator[Uncounted]:
    """Why a peer stays ahead or behind. `cuts` are the numbers of the last bundles that count of those revoked here."""
    for site, number in cuts.items():
        beyond = there.get(site, 0) - max(number, here.get(site, 0))
        if beyond > 0:
            yield Uncounted(site, names.get(site, site[:8]), beyond, is_there=True)
    for site, said in peer.revocations.items():
        beyond = here.get(site, 0) - max(said.get("number") or 0, there.get(site, 0))
        if beyond > 0:
            yield Uncounted(site, names.get(site, site[:8]), beyond, is_there=False)


def cuts_of(peer: Peer) -> dict[str, int]:
    """The cut of a site that is revoked here, by its key; none for any other."""
    return {peer.key_text: peer.cut_number or 0} if peer.revoked_at is not None else {}
