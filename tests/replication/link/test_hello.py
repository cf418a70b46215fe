"""The first messages of a link, over real sockets: who is let in, and what those learn who are not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from accounts.callers import Caller
from audit.models import Event, project_chain
from foundry_site.launcher.nodes import NodeProcess
from kernel.errors import PermissionDenied, Unavailable, ValidationFailed
from projects.models import Project
from stages.replication.admission.services import revoke_site
from stages.replication.link.calling import WrongSite, call_site, connected
from stages.replication.link.close_codes import LinkClosed
from stages.replication.link.dialling import handshake
from stages.replication.link.proofs import own_signer
from stages.replication.link.tries import MAX_TRIES
from stages.replication.models import Peer
from tests.gateway.conftest import in_thread
from tests.replication.link.keys import new_signer, self_signed
from tests.replication.link.sites import Stranger, no_other_key

NewCode = Callable[[], str]


async def test_a_code_admits_a_site_that_proves_its_key(
    stranger: Stranger, project: Project, new_code: NewCode
) -> None:
    code = await in_thread(new_code)
    async with stranger.linked(project.id, code) as (called, _talk):
        assert called.answer.key == own_signer().key
        assert called.answer.name == "Basel"
        assert called.greeting["project"] == {"id": str(project.id), "name": project.name, "description": ""}
        assert called.greeting["rights"] == "writes"
    peer = await in_thread(Peer.objects.get, project=project)
    assert (peer.key_text, peer.name, peer.is_admitted) == (stranger.key, "Lyon", True)
    events = Event.objects.filter(chain=project_chain(project.id), action="site.admitted")
    assert await in_thread(events.count) == 1
    # Once admitted it needs no code, and nobody else has it.
    async with stranger.linked(project.id) as (called, _talk):
        assert called.greeting["project"]["id"] == str(project.id)
    with pytest.raises(LinkClosed, match="4403"):
        async with Stranger(stranger.address, stranger.to).linked(project.id, code):
            pass


async def test_whoever_is_not_admitted_learns_nothing(stranger: Stranger, project: Project, new_code: NewCode) -> None:
    code = await in_thread(new_code)
    async with stranger.linked(project.id, code):
        pass
    admitted, other = stranger.hello(project.id), Stranger(stranger.address, stranger.to)
    wrong = [
        (project.id, other.hello(project.id)),
        (project.id, other.hello(project.id, code="wrong")),
        # A key that is admitted, by somebody who has not got it.
        (project.id, {**other.hello(project.id), "key": stranger.key}),
        (project.id, {**admitted, "seal": "00" * 64}),
        (project.id, {**admitted, "now": 1}),
        # What one says to another site, or about another project.
        (project.id, stranger.hello(project.id, to=new_signer().key)),
        (uuid4(), admitted),
    ]
    there_is_none = uuid4()
    wrong.append((there_is_none, stranger.hello(there_is_none)))
    for path, hello in wrong:
        async with other.talking(path) as talk:
            await talk.say("hello", hello)
            assert (await talk.closed(), talk.heard) == (4403, []), hello


async def test_a_dialler_that_cannot_prove_its_key_gets_no_further(
    stranger: Stranger, project: Project, new_code: NewCode
) -> None:
    code = await in_thread(new_code)
    async with stranger.talking(project.id) as talk:
        await talk.say("hello", stranger.hello(project.id, code=code))
        answer = json.loads(await talk.connection.recv())
        assert set(answer["result"]) == {"v", "key", "site", "name", "nonce", "now", "succession", "proof"}
        await talk.say("prove", {"proof": "00" * 64}, 2)
        assert (await talk.closed(), talk.heard) == (4403, [])
    assert await in_thread(Peer.objects.filter(project=project).count) == 0
    # Nobody has spent the code.
    async with stranger.linked(project.id, code):
        pass


async def test_codes_cannot_be_guessed_and_admitted_sites_come_in_all_the_same(
    stranger: Stranger, project: Project, new_code: NewCode
) -> None:
    async with stranger.linked(project.id, await in_thread(new_code)):
        pass
    code = await in_thread(new_code)
    codes = []
    for number in range(MAX_TRIES + 2):
        other = Stranger(stranger.address, stranger.to)
        async with other.talking(project.id) as talk:
            await talk.say("hello", other.hello(project.id, code=f"guess-{number}"))
            codes.append(await talk.closed())
    assert codes == [4403] * MAX_TRIES + [4429] * 2
    with pytest.raises(LinkClosed, match="4429"):
        async with Stranger(stranger.address, stranger.to).linked(project.id, code):
            pass
    async with stranger.linked(project.id):
        pass


async def test_a_revoked_site_is_a_stranger_and_its_link_ends(
    stranger: Stranger, project: Project, boss: Caller, new_code: NewCode
) -> None:
    async with stranger.linked(project.id, await in_thread(new_code)) as (_called, talk):
        await in_thread(
            revoke_site, caller=boss, project_id=project.id, key=stranger.key, reason="The laptop was stolen."
        )
        assert await talk.closed() == 4403
    with pytest.raises(LinkClosed, match="4403"):
        async with stranger.linked(project.id):
            pass


async def test_another_subprotocol_is_not_spoken(stranger: Stranger, project: Project) -> None:
    async with stranger.talking(project.id, subprotocols=None) as talk:
        assert await talk.closed() == 4422


async def test_handshakes(server: NodeProcess, project: Project, new_code: NewCode) -> None:
    address, key = f"ws://127.0.0.1:{server.port}", own_signer().key
    hello = {"site": str(uuid4()), "name": "Lyon", "address": "", "code": "wrong"}

    async def tried(**changes: str | UUID) -> None:
        facts = {"address": address, "certificate": "", "project": project.id, "key": key, "hello": hello, **changes}
        await in_thread(handshake, **facts)

    with pytest.raises(PermissionDenied):
        await tried()
    with pytest.raises(PermissionDenied):
        await tried(key=new_signer().key)
    with pytest.raises(Unavailable):
        await tried(address="ws://127.0.0.1:1")
    with pytest.raises(ValidationFailed):
        await tried(address="ws://192.0.2.7")


async def test_through_tls_a_site_is_linked_with_the_pinned_certificate_and_with_no_other(
    stranger: Stranger, project: Project, new_code: NewCode, tmp_path: Path
) -> None:
    code, certificate = await in_thread(new_code), self_signed("Basel")

    async def front(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, onward = await asyncio.open_connection("127.0.0.1", int(stranger.address.rsplit(":", 1)[1]))
        await asyncio.gather(copy(reader, onward), copy(there, writer), return_exceptions=True)

    async with await asyncio.start_server(front, "127.0.0.1", 0, ssl=certificate.context(tmp_path)) as server:
        address = f"wss://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        calling = stranger.calling(project.id, code)
        with pytest.raises(WrongSite):
            async with connected(address, project.id, self_signed("Basel").pem):
                pass
        async with connected(address, project.id, certificate.pem) as wire:
            called = await call_site(wire, calling, no_other_key)
            assert called.greeting["project"]["name"] == project.name


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()
