"""Sites that do nothing, or very slowly: what they hold of a node is bounded in number and in time."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from websockets.asyncio.server import ServerConnection, serve

from stages.replication.link import handshakes as bounds
from stages.replication.link import links as link_module
from stages.replication.link.answering import answer_call
from stages.replication.link.calling import SUBPROTOCOL, connected
from stages.replication.link.close_codes import LinkClose, LinkClosed
from stages.replication.link.frames import MAX_FIRST_FRAME, MAX_FRAME
from stages.replication.link.handshakes import Handshakes
from stages.replication.link.methods import Link
from stages.replication.link.wires import Wire
from tests.patience import PATIENCE
from tests.replication.link.wires import Links, wires

FRAME = "x" * 1_000


async def test_the_oldest_of_too_many_handshakes_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_HANDSHAKES", 3)
    monkeypatch.setattr(bounds, "PATIENCE", PATIENCE)
    monkeypatch.setattr("stages.replication.link.answering.count_failure", lambda _address: False)
    async with Links({}, {}).running() as links:
        handshakes = Handshakes()

        async def call() -> LinkClosed:
            _silent, wire = wires()
            with pytest.raises(LinkClosed) as closed:
                await answer_call(wire, links.lanes, handshakes, project=uuid4(), address="203.0.113.9")
            return closed.value

        calls = [asyncio.create_task(call()) for _ in range(5)]
        done, waiting = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        while len(done) < 2:
            more, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            done |= more
        assert done == set(calls[:2])
        assert {each.result().code for each in done} == {LinkClose.SILENT}
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_caller_that_proves_nothing_has_so_much_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "PATIENCE", 0.05)
    handshakes = Handshakes()
    with pytest.raises(TimeoutError):
        async with handshakes.limited():
            await asyncio.Event().wait()
    # Whoever is done gives its place back.
    async with handshakes.limited():
        pass
    assert handshakes._under_way == {}


async def push_four(link: Link) -> None:
    """A worker that has sent as much as it may before anything is answered."""
    await asyncio.gather(*(link.call("bundles.push", {"number": number, "text": FRAME}) for number in range(4)))


async def test_a_site_that_reads_nothing_is_closed_and_nothing_piles_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "ANSWER_TIMEOUT", 0.2)
    async with Links({}, {"pushing": push_four}).running() as links:
        # Nobody takes frames at the other end, and the kernel keeps two.
        stranger, wire = wires(room=2)
        await stranger.send('{"jsonrpc":"2.0","id":1,"method":"state","params":{}}')
        _link, run = links.begin(wire)
        async with asyncio.timeout(PATIENCE):
            closed = await run
        assert (closed.code, closed.by_peer) == (LinkClose.SILENT, False)
        assert len(wire.sent) == 2


async def test_a_site_that_answers_no_further_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte a second is no answer, either: only a whole message counts."""
    monkeypatch.setattr(link_module, "ANSWER_TIMEOUT", 0.2)
    async with Links({}, {}).running() as links:
        _stranger, wire = wires()
        link, run = links.begin(wire)
        async with asyncio.timeout(PATIENCE):
            closed = await run
        assert closed.code == LinkClose.SILENT
        assert wire.closed == LinkClose.SILENT
        assert not link.has_heard()


async def test_who_is_dialled_sends_little_until_it_has_proved_its_key() -> None:
    async def answer(connection: ServerConnection) -> None:
        async for asked in connection:
            await connection.send("x" * int(asked))

    async def ask(wire: Wire, size: int) -> int:
        await wire.send(str(size))
        return len(await wire.receive())

    async with serve(answer, "127.0.0.1", 0, subprotocols=[SUBPROTOCOL], compression=None) as server:
        address = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        async with asyncio.timeout(PATIENCE):
            async with connected(address, uuid4(), "") as wire:
                assert await ask(wire, MAX_FIRST_FRAME) == MAX_FIRST_FRAME
                with pytest.raises(LinkClosed) as closed:
                    await ask(wire, MAX_FIRST_FRAME + 1)
            assert closed.value.code == LinkClose.TOO_LARGE
            async with connected(address, uuid4(), "") as wire:
                wire.trust("00" * 32)
                assert [await ask(wire, size) for size in (MAX_FIRST_FRAME, MAX_FRAME)] == [MAX_FIRST_FRAME, MAX_FRAME]
