"""A hostile site: nothing it sends changes the project, reveals anything, or keeps anybody from working.

`script/check --explore` makes up some thousand more conversations. The seed of each is in the name of its test.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest
from websockets.exceptions import ConnectionClosed

from stages.replication.link.handshakes import MAX_HANDSHAKES
from tests.exploring import EXPLORES
from tests.faults.raw import frame
from tests.network.conftest import Trio
from tests.network.hostile.after import AFTER
from tests.network.hostile.attacker import REFUSED, STAYS_OPEN, Attacker, Target
from tests.network.hostile.before import BEFORE, hello
from tests.network.hostile.peer import dialled, read_invitation, request
from tests.network.hostile.talking import talk_after, talk_before
from tests.network.hostile.watching import watched
from tests.network.hostile.writing import new_id

SEEDS: Final = (11, 12, 13, 14, 15, 16) if EXPLORES else (11,)
# Conversations of each of the attackers, before and after admission.
TALKS: Final = (120, 130) if EXPLORES else (4, 6)
ATTACKERS: Final = 3
HELD: Final = {"future", "unknown_site", "read_only", "unknown_key", "fork", "bad_signature", "malformed", "behind"}
TABLE: Final = "requirements"
CROWD: Final = MAX_HANDSHAKES + 10


def attacker_of(trio: Trio, seed: int, rights: str = "writes") -> Attacker:
    invitation = read_invitation(trio.network.invite(trio.a, rights=rights))
    target = Target(trio.a.node.port, trio.project, invitation["key"], TABLE)
    return Attacker(target, invitation["code"], seed)


@contextlib.contextmanager
def honest_people(trio: Trio) -> Iterator[None]:
    """Meanwhile people at each of the three sites write; afterwards all have it, and nothing else."""
    trio.a.owner.create_table(trio.project, TABLE, columns=[{"name": "title"}])
    trio.network.wait_for_sync(*trio.sites)
    over, written = threading.Event(), set[str]()

    def write() -> None:
        while not over.is_set() or len(written) < len(trio.sites):
            site = trio.sites[len(written) % len(trio.sites)]
            title = f"{site.name} {len(written)}"
            site.owner.create(trio.project, TABLE, title=title)
            written.add(title)
            over.wait(0.5)

    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(write)
        try:
            yield
        finally:
            over.set()
    writing.result()
    trio.network.wait_for_sync(*trio.sites)
    for site in trio.sites:
        assert site.owner.titles(trio.project, TABLE) == sorted(written)
    assert {each["reason"] for each in trio.network.held(trio.a)} <= HELD


async def carry_out(attackers: list[Attacker]) -> list[tuple[str, int, Any]]:
    """Have every conversation that is written down; those that ended otherwise than they have to."""
    before = list(BEFORE.items())
    # What a link survives is said over one.
    after = sorted(AFTER.items(), key=lambda each: STAYS_OPEN in each[1][1])
    wrong: list[tuple[str, int, Any]] = []

    async def attack(attacker: Attacker) -> None:
        async with attacker.linked():
            pass
        while before:
            name, (frames, wanted) = before.pop()
            code = await attacker.say_before(frames(attacker))
            wrong.extend([(name, code, wanted)] if code != wanted else [])
        while after:
            async with attacker.linked() as peer:
                code = STAYS_OPEN
                while after and code == STAYS_OPEN:
                    name, (build, codes) = after.pop()
                    code = await attacker.say(peer, build(attacker, peer))
                    wrong.extend([(name, code, codes)] if code not in codes else [])

    await asyncio.gather(*map(attack, attackers))
    return wrong


def test_what_is_written_down_ends_as_the_document_says(trio: Trio) -> None:
    attackers = [attacker_of(trio, seed) for seed in range(ATTACKERS)]
    with watched(trio.a), honest_people(trio):
        assert asyncio.run(carry_out(attackers)) == []


@pytest.mark.generated
@pytest.mark.parametrize("seed", SEEDS)
def test_made_up_conversations_change_nothing(trio: Trio, seed: int) -> None:
    attackers = [attacker_of(trio, seed * 100 + each, rights="reads") for each in range(ATTACKERS)]

    async def talk() -> int:
        before = asyncio.gather(*(talk_before(each, TALKS[0]) for each in attackers))
        after = asyncio.gather(*(talk_after(each, TALKS[1]) for each in attackers))
        return sum(await before) + sum(await after)

    with watched(trio.a), honest_people(trio):
        assert asyncio.run(talk()) == ATTACKERS * sum(TALKS)


async def answer_to(attacker: Attacker, project: str, **more: Any) -> Mapping[str, Any]:
    """All that a connection gets to see that says hello for a project."""
    async with dialled(attacker.target.port, project, local_addr=(next(attacker.addresses), 0)) as socket:
        said = attacker.peer(attacker.stranger, project).hello(**more)
        await socket.send(request("hello", said))
        received = None
        with contextlib.suppress(ConnectionClosed):
            received = await socket.recv()
        await socket.wait_closed()
        assert socket.response is not None
        headers = sorted(name for name, _ in socket.response.headers.raw_items())
        return {"code": socket.close_code, "why": socket.close_reason, "received": received, "headers": headers}


def test_nobody_learns_which_projects_there_are(trio: Trio) -> None:
    attacker = attacker_of(trio, 21)
    another = trio.a.owner.make_project("Another one")

    async def ask() -> None:
        nowhere = await answer_to(attacker, new_id())
        assert nowhere["code"] == REFUSED
        for project in (another, trio.project, new_id()):
            for more in ({}, {"code": "x" * 43}):
                assert await answer_to(attacker, project, **more) == nowhere

    with watched(trio.a):
        asyncio.run(ask())


async def crowd(attacker: Attacker, halves: contextlib.AsyncExitStack) -> None:
    """Very many connections of one address, half of them with half a message."""
    address = (next(attacker.addresses), 0)
    for number in range(CROWD):
        made = dialled(attacker.target.port, attacker.target.project, local_addr=address)
        socket = await halves.enter_async_context(made)
        if number % 2:
            socket.transport.write(frame(1, hello(attacker)[:40].encode(), length=100_000))
        halves.callback(socket.transport.abort)


def test_a_crowd_that_proves_nothing_keeps_nobody_out(trio: Trio) -> None:
    attacker = attacker_of(trio, 31)

    async def push_in() -> None:
        async with contextlib.AsyncExitStack() as halves:
            await crowd(attacker, halves)
            async with attacker.linked() as peer:
                assert await attacker.say(peer, []) == STAYS_OPEN

    with watched(trio.a), honest_people(trio):
        asyncio.run(push_in())
