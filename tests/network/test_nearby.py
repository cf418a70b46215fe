"""Sites that find each other in one network: a hint by which an admitted one is dialled, and nobody else (case 7)."""

from __future__ import annotations

import asyncio
from uuid import UUID

from stages.replication.discovery.adverts import Advert
from stages.replication.discovery.network import Network
from tests.network.conftest import Trio
from tests.network.network import TestNetwork, until
from tests.network.site import Site

ON = {"FOUNDRY_DISCOVERY": "true", "FOUNDRY_DISCOVERY_INTERFACES": "127.0.0.1"}
# Nobody listens there.
NOWHERE = "ws://127.0.0.1:1"


def key_at(network: TestNetwork, site: Site, other: Site) -> str:
    key: str = network.seen_at(site, other)["key"]
    return key


def is_linked(network: TestNetwork, site: Site, other: Site) -> bool:
    query = "SELECT 1 FROM replication_peer WHERE name = %s AND project_id = %s AND connected_at IS NOT NULL"
    return bool(site.rows(query, [other.name, network.project]))


def move_away(network: TestNetwork, site: Site, other: Site) -> None:
    """Let a site know another one at an address where nobody is."""
    path = f"projects/{network.project}/sites/{key_at(network, site, other)}/rights/"
    site.owner.post(path, {"address": NOWHERE, "reason": "It has moved"})


def test_an_admitted_site_is_dialled_where_it_was_found(apart: Trio) -> None:
    network, basel, lyon = apart.network, apart.a, apart.b
    network.connect(basel, lyon)
    network.wait_for_sync()
    key = key_at(network, lyon, basel)
    for site, other in ((basel, lyon), (lyon, basel)):
        move_away(network, site, other)
        site.configure(**ON)
    basel.stop()
    lyon.start_again()
    assert lyon.owner.get(f"projects/{network.project}/sites/nearby/")["results"] == []
    # Somebody who says that they are Basel, with an address that leads to a site which is not.
    forged = Advert(UUID(network.project), key, NOWHERE.replace(":1", f":{lyon.front}"))
    asyncio.run(_advertised_until_found(forged, lyon, network))
    assert not is_linked(network, lyon, basel)
    basel.start_again()
    until(lambda: is_linked(network, lyon, basel), "Lyon has found Basel")
    basel.owner.create_table(network.project, "risks", columns=[{"name": "title"}])
    network.wait_for_sync()


async def _advertised_until_found(forged: Advert, site: Site, network: TestNetwork) -> None:
    """Advertise something until a site lists it."""
    liar = Network(["127.0.0.1"], lambda: None)
    await liar.start()
    try:
        await liar.advertise([forged])
        path = f"projects/{network.project}/sites/nearby/"
        await asyncio.to_thread(until, lambda: site.owner.get(path)["results"], "the forged advert is listed")
        (found,) = site.owner.get(path)["results"]
        assert (found["key"], found["addresses"], found["name"]) == (forged.key, [forged.address], "Basel")
    finally:
        await liar.stop()
