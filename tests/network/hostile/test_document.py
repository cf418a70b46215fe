"""docs/sites.md is enough to write the other end of a link: a client written from it alone takes part in a project."""

from __future__ import annotations

import asyncio

from tests.network.conftest import Trio
from tests.network.hostile.peer import Peer, read_invitation
from tests.network.hostile.signing import Signer
from tests.network.hostile.writing import Chain, record
from tests.patience import until

TABLE = "requirements"


async def test_a_client_written_from_the_document_is_admitted_catches_up_and_writes(trio: Trio) -> None:
    trio.a.owner.create_table(trio.project, TABLE, columns=[{"name": "title"}])
    trio.a.owner.create(trio.project, TABLE, title="From Basel")
    invitation = read_invitation(trio.network.invite(trio.a))
    assert invitation["project"] == trio.project
    turin = Peer(trio.project, invitation["key"], Signer())
    chain = Chain(trio.project, turin.site, turin.signer)
    async with turin.connected(trio.a.node.port):
        welcome = await turin.handshake(code=invitation["code"])
        assert (welcome["site"]["name"], welcome["rights"], welcome["home"]) == ("Basel", "writes", None)
        assert await turin.ask("state", turin.state()) == {"forks": []}
        theirs = trio.a.owner.state(trio.project)["clock"]
        await asyncio.to_thread(until, lambda: turin.newest == theirs, "everything has come")
        made = chain.add(*record(TABLE, title="From Turin"))
        answer = await turin.ask("bundles.push", {"bundles": [made], "keys": chain.keys, "remaining": 0})
        assert answer["held"] == {}
        assert answer["clock"][turin.signer.public][1:] == [1, chain.head]
        both = ["From Basel", "From Turin"]
        await asyncio.to_thread(until, lambda: trio.a.owner.titles(trio.project, TABLE) == both, "people there see it")
