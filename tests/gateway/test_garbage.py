"""Thousands of frames that are no requests, over a real socket: an answer or a close code each, and no damage."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import psutil
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from accounts.models import User
from projects.models import Project
from tests.gateway.nodes import Server, Tokens, call, receive, serving

COUNT = 2_000
GOOD = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "lock.renew", "params": {"fields": ["prompt_text"]}})


def half(chance: random.Random) -> str:
    return GOOD[: chance.randrange(len(GOOD))]


def swapped(chance: random.Random) -> str:
    characters = list(GOOD)
    for _ in range(chance.randrange(1, 5)):
        characters[chance.randrange(len(characters))] = chance.choice('{}[]":,0\\ \x00\ud7ff💥')
    return "".join(characters)


def deep(chance: random.Random) -> str:
    return '{"jsonrpc":"2.0","id":1,"method":"ping","params":' + chance.choice("[{") * chance.randrange(1, 5_000)


def wrong(chance: random.Random) -> str:
    value: Any = chance.choice([None, 7, -1, "x", [], {}, 1e300, True, ["x"], {"field": {}}])
    method = chance.choice(["ping", "draft.save", "lock.acquire", "text.change", "events.since", "", "x" * 1_000])
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": value})


def large(chance: random.Random) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"x": "y" * chance.randrange(100_000)}})


KINDS: list[Callable[[random.Random], str]] = [half, swapped, deep, wrong, large]


@pytest.fixture
async def server(committed_db: None, process_environment: dict[str, str]) -> AsyncIterator[Server]:
    """A node that does not mind how many frames come."""
    async with serving({**process_environment, "FOUNDRY_SOCKET_RATE": "1000000", "FOUNDRY_REST_RATE": "0"}) as server:
        yield server


async def test_garbage_is_answered_and_does_no_damage(
    server: Server, project: Project, editor: User, tokens: Tokens
) -> None:
    chance = random.Random(7)
    process = psutil.Process(server.process.pid)
    before = None
    async with server.connect(project, tokens[editor.id]) as connection:
        await receive(connection)
        for number in range(COUNT):
            kind = chance.choice(KINDS)
            await connection.send(kind(chance).encode("utf-8", "replace").decode())
            await is_alive(connection, f"ping {number}")
            if number == COUNT // 4:
                before = process.memory_info().rss
        await connection.send(b"\x00\xff" * 100)
        await is_alive(connection, "last")
    assert before is not None
    assert process.memory_info().rss - before < 50 * 1024 * 1024
    assert server.process.returncode is None


async def is_alive(connection: ClientConnection, request_id: str) -> None:
    """Ask for an answer; what comes before it are errors, results, or what others do."""
    await connection.send(json.dumps({"jsonrpc": "2.0", "id": request_id, "method": "ping"}))
    while (frame := await receive(connection)).get("id") != request_id:
        assert {"error", "result", "method"} & set(frame)


async def test_half_frames_and_wrong_ones_cost_only_their_own_connection(
    server: Server, project: Project, editor: User, tokens: Tokens
) -> None:
    chance = random.Random(8)
    async with server.connect(project, tokens[editor.id]) as witness:
        await receive(witness)
        for _ in range(50):
            connection = await server.connect(project, tokens[editor.id])
            raw = chance.choice([b"\x81", b"\x81\xff", b"\xc1\x80", b"\x81\x85xxxx\xff\xfe\xfd", chance.randbytes(300)])
            connection.transport.write(raw)
            if chance.random() < 0.5:
                connection.transport.abort()
            else:
                connection.transport.close()
            try:
                await connection.wait_closed()
            except ConnectionClosed:
                continue
        assert (await call(witness, "ping"))["result"] == {}
