"""Sites that find each other in one network: a hint by which an admitted one is dialled, and nobody else (case 7)."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from stages.replication.discovery.adverts import Advert
from stages.replication.discovery.network import Network
from tests.network.conftest import Trio
from tests.network.network import TestNetwork
from tests.network.site import Site
from tests.patience import until

ON = {"FOUNDRY_DISCOVERY": "true", "FOUNDRY_DISCOVERY_INTERFACES": "127.0.0.1"}
# Nobody listens there.
NOWHERE = "ws://127.0.0.1:1"


def key_at(network: TestNetwork, site: Site, other: Site) -> str:
    key: str = network.seen_at(site, other)["key"]
    return key


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
    with network.recorded(network.lines.line(lyon.name, lyon.name)) as dialled:
        asyncio.run(_advertised_until_found(forged, lyon, network))
        until(lambda: any(each.answered for each in dialled), "it is dialled")
    assert not network.is_linked(lyon, basel)
    basel.start_again()
    until(lambda: network.is_linked(lyon, basel), "Lyon has found Basel")
    basel.owner.create_table(network.project, "risks", columns=[{"name": "title"}])
    network.wait_for_sync()


def nearby_at(network: TestNetwork, site: Site) -> dict[str, dict[str, Any]]:
    """What a site shows under Nearby, by the keys."""
    listed = site.owner.get(f"projects/{network.project}/sites/nearby/")["results"]
    return {each["key"]: each for each in listed}


def test_sites_that_found_each_other_are_linked_once_both_have_admitted_the_other(apart: Trio) -> None:
    """Case 7: two that a third one introduced show each other within 5 s, and nothing more comes of it."""
    network, basel, lyon, cork = apart.network, apart.a, apart.b, apart.c
    network.connect(basel, lyon)
    network.connect(basel, cork)
    network.wait_for_sync()
    keys = {site.name: key_at(network, basel, site) for site in (lyon, cork)}
    for site in (lyon, cork):
        assert site.node.process.net_connections("udp") == [], "off by default: no packet"
        site.configure(**ON)
        site.start_again()
    pairs = ((lyon, cork), (cork, lyon))
    for site, other in pairs:
        until(lambda: keys[other.name] in nearby_at(network, site), f"{site.name} shows {other.name}", 5)  # noqa: B023
        assert not nearby_at(network, site)[keys[other.name]]["is_admitted"]
    there, back = network.lines.between(lyon.name, cork.name)
    with network.recorded(there) as dialled, network.recorded(back) as dialled_back:
        basel.owner.create_table(network.project, "risks", columns=[{"name": "title"}])
        network.wait_for_sync()
        assert dialled == dialled_back == []
        network.decide(lyon, cork, "admit", rights="writes", copies=False, address="")
        until(lambda: any(each.answered for each in dialled), "Lyon dials Cork")
        assert not network.is_linked(lyon, cork)
        assert dialled_back == []
    network.decide(cork, lyon, "admit", rights="writes", copies=False, address="")
    until(lambda: network.is_linked(lyon, cork), "they are linked")


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
