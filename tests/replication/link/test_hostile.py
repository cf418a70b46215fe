"""A thousand malformed conversations, before and after a proof: each ends with a code, and nobody else notices."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import psutil
from websockets.exceptions import ConnectionClosed

from foundry_site.launcher.nodes import NodeProcess
from projects.models import Project
from stages.replication.link.frames import MAX_FIRST_FRAME, request_frame
from stages.replication.link.handshakes import MAX_HANDSHAKES
from tests.gateway.conftest import in_thread
from tests.replication.link.sites import STATE, Stranger, Talk

SEED = 20_261_201
CONVERSATIONS = 1_000
AT_ONCE = 8
MAX_GROWTH = 48 * 1024 * 1024
# Refused, bad content, too large, too many: whatever is wrong is one of these, and never a fault of ours (1011).
CODES = {1009, 4403, 4422, 4429}

VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**70,
    1.5,
    "",
    "\x00",
    "ü" * 300,
    [],
    [[]],
    {},
    {"a": {}},
    "00" * 32,
    "ZZ" * 32,
)
METHODS = ("hello", "prove", "state", "bundles.push", "digests.get", "events.push", "blob.get", "ping", "", "x" * 200)
RAW: tuple[str | bytes, ...] = (
    "",
    "{",
    "null",
    "[]",
    "[" * 50_000,
    '{"a":' * 20_000,
    "NaN",
    "\u0000",
    b"",
    b"\x00" * 100,
    b"\xff" * 4096,
    "x" * (MAX_FIRST_FRAME + 1),
    json.dumps({"jsonrpc": "2.0", "id": 1, "result": {}}),
    json.dumps({"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": ""}}),
    json.dumps([{"jsonrpc": "2.0", "id": 1, "method": "hello", "params": {}}]),
)


def malformed(chance: random.Random, good: dict[str, Any]) -> str | bytes:
    """A frame that is wrong in one of many ways; `good` are the parameters of a `hello` that would do."""
    kind = chance.randrange(5)
    if kind == 0:
        return chance.choice(RAW)
    if kind == 1:
        return request_frame(1, chance.choice(METHODS), {"a": 1})
    if kind == 2:
        return json.dumps(
            {"jsonrpc": chance.choice(VALUES), "id": chance.choice(VALUES), "method": "hello", "params": good}
        )
    params = dict(good)
    name = chance.choice(sorted(params))
    if kind == 3:
        params[name] = chance.choice(VALUES)
    else:
        del params[name]
    # A member that may be left out, or has the same value, is none that is wrong.
    return request_frame(1, "hello", {**params, "more": 1})


async def converse(stranger: Stranger, project: Project, chance: random.Random) -> int:
    async with stranger.talking(project.id) as talk:
        try:
            for _ in range(chance.randint(1, 3)):
                await talk.write(malformed(chance, stranger.hello(project.id)))
        except ConnectionClosed:
            pass
        code = await talk.closed()
        assert talk.heard == []
        return code


async def push(talk: Talk, number: int, params: Any) -> None:
    await talk.write(request_frame(number, "bundles.push", params))


async def test_a_thousand_malformed_conversations(server: NodeProcess, stranger: Stranger, project: Project) -> None:
    chance = random.Random(SEED)
    process = psutil.Process(server.process.pid)
    codes: Counter[int] = Counter()

    async def several(count: int) -> None:
        for _ in range(count):
            codes[await converse(stranger, project, chance)] += 1

    await asyncio.gather(*(several(10) for _ in range(AT_ONCE)))
    before, files = process.memory_info().rss, process.num_fds()
    await asyncio.gather(*(several((CONVERSATIONS - 10 * AT_ONCE) // AT_ONCE) for _ in range(AT_ONCE)))
    assert set(codes) <= CODES, f"seed {SEED}: {codes}"
    assert codes.total() == CONVERSATIONS
    assert process.memory_info().rss - before < MAX_GROWTH
    assert process.num_fds() <= files + AT_ONCE
    assert server.is_running


async def test_what_an_admitted_site_says_wrongly_ends_its_own_link_only(
    server: NodeProcess, stranger: Stranger, project: Project, new_code: Callable[[], str]
) -> None:
    other = Stranger(stranger.address, stranger.to)
    chance = random.Random(SEED)
    async with other.linked(project.id, await in_thread(new_code)) as (_called, quiet):
        async with stranger.linked(project.id, await in_thread(new_code)) as (_called, talk):
            # Anything before the first state.
            await push(talk, 1, {"bundles": [], "keys": [], "remaining": 0})
            assert await talk.closed() == 4422
        for frame in (*RAW[:11], *RAW[12:]):
            async with stranger.linked(project.id) as (_called, talk):
                await talk.write(frame)
                assert await talk.closed() in CODES, frame
        for method in (*METHODS[2:5], METHODS[-1]):
            async with stranger.linked(project.id) as (_called, talk):
                await talk.write(request_frame(1, "state", STATE))
                await talk.write(request_frame(2, method, {chance.choice("abc"): chance.choice(VALUES)}))
                assert await talk.closed() == 4422, method
        await quiet.connection.ping()
        assert quiet.connection.close_code is None


async def test_whoever_lets_requests_pile_up_is_closed(
    stranger: Stranger, project: Project, new_code: Callable[[], str]
) -> None:
    async with stranger.linked(project.id, await in_thread(new_code)) as (_called, talk):
        try:
            for number in range(1, 400):
                await talk.write(request_frame(number, "state", STATE))
        except ConnectionClosed:
            pass
        assert await talk.closed() == 4429


async def test_a_site_links_while_strangers_hold_all_places(
    stranger: Stranger, project: Project, new_code: Callable[[], str]
) -> None:
    async with stranger.linked(project.id, await in_thread(new_code)):
        pass
    async with AsyncExitStack() as stack:
        silent = [await stack.enter_async_context(stranger.talking(project.id)) for _ in range(MAX_HANDSHAKES + 20)]
        async with stranger.linked(project.id) as (called, _talk):
            assert called.greeting["project"]["id"] == str(project.id)
        # The first of them had to make room.
        assert await silent[0].closed() == 4408


async def test_a_method_that_only_newer_sites_know_is_answered_and_the_link_stays(
    stranger: Stranger, project: Project, new_code: Callable[[], str]
) -> None:
    async with stranger.linked(project.id, await in_thread(new_code)) as (_called, talk):
        await talk.say("state", STATE)
        await talk.say("of.later", {}, 700)
        await talk.say("digests.get", {}, 701)
        answers: dict[int, Any] = {}
        while 701 not in answers:
            message = json.loads(await talk.connection.recv())
            if "method" not in message:
                answers[message["id"]] = message
        assert answers[700]["error"]["code"] == -32601
        assert "result" in answers[701]
