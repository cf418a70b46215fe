"""f7: ten thousand malformed, huge, deep, binary and half frames. Each gets its error or close code; nothing leaks."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections.abc import Iterator
from typing import Any

import psutil
from websockets.asyncio.client import ClientConnection, connect

from foundry_site.launcher.nodes import NodeProcess
from tests.faults.client import Client, until
from tests.faults.fault_cluster import FaultCluster, Person
from tests.faults.load import Attempt
from tests.faults.raw import frame, open_raw
from tests.faults.rest import make_project
from tests.patience import PATIENCE

FRAMES = 10_000
SOCKETS = 8
# Also the most descriptors that may be added: a kind of broken socket that leaks one adds as many.
BREAKS = 10
# As large as a message may be; the texts inside are too large.
HUGE = 7 * 1024 * 1024
MAX_GROWTH = 48 * 1024 * 1024
TEXT, BINARY = 1, 2

# What a client may get for a mistake of its own; -32603 and 5xx would be ours.
MISTAKES = {-32700, -32600, -32601, 400, 404, 409, 413, 423}


def open_plain(address: str, headers: dict[str, str]) -> connect:
    """A socket without limits, and without pings of its own: a busy node may answer them late."""
    options: dict[str, Any] = {"max_size": None, "proxy": None, "compression": None, "ping_interval": None}
    return connect(address, additional_headers=headers, **options)


def request(method: str, params: Any, **more: Any) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params} | more)


def save(changes: Any, **more: Any) -> str:
    return request("draft.save", {"base_version": 0, "changes": changes, "tokens": {}} | more)


BAD = (
    "",
    "{",
    "null",
    "[]",
    "[" * 100_000,
    '{"a":' * 20_000,
    "NaN",
    '{"jsonrpc": "2.0", "id": NaN, "method": "ping"}',
    "[" + request("ping", {}) + "]",
    '{"jsonrpc": "1.0", "id": 1, "method": "ping"}',
    '{"jsonrpc": "2.0", "id": 1}',
    '{"jsonrpc": "2.0", "id": {}, "method": "ping"}',
    f'{{"jsonrpc": "2.0", "id": {10**400}, "method": "no.such"}}',
    request("no.such", {}),
    request("__class__", {}),
    request("ping", []),
    request("ping", {"unknown": 1}),
    request("lock.acquire", {"field": 7}),
    request("lock.acquire", {"field": "files/../../etc/passwd"}),
    request("lock.acquire", {"field": "files/a\x00b"}),
    request("lock.acquire", {"field": "files/" + "x" * 10_000}),
    request("lock.renew", {"fields": ["prompt_text"] * 501}),
    request("lock.hand_over", {"field": "prompt_text", "to": "nobody"}),
    request("events.since", {"after": -1}),
    request("events.since", {"after": 10**30}),
    request("cursor.move", {"field": "prompt_text", "anchor": 1.5, "head": 0}),
    '{"jsonrpc": "2.0", "id": 1, "method": "lock.acquire", "params": {"field": "files/\\ud800"}}',
    '{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": ' + "[" * 50_000 + "]" * 50_000 + "}",
    save({"prompt_text": "without a lock"}),
    save({"prompt_text": 7}),
    save({"prompt_text": "x"}, base_version=-1),
    save({"prompt_text": "x"}, base_version=True),
    save({"prompt_text": "x"}, client_ref="not one"),
    save({"prompt_text": "a\x00b"}),
    save({"model_configuration": "{" * 5_000}),
    save({"model_configuration": '{"a": 1, "a": 2}'}),
    save({"model_configuration": '{"a": 1e999}'}),
    save({"no_such_field": "x"}),
    save({}),
)


def bad_messages(seed: int) -> Iterator[str | bytes]:
    """Nonsense of all kinds, for ever."""
    dice = random.Random(seed)
    for number in itertools.count():
        match number % 4:
            case 0:
                yield dice.randbytes(dice.randrange(200))
            case 1:
                # A good request with one character that is not.
                text = request("lock.acquire", {"field": "prompt_text"}, jsonrpc="2.1")
                place = dice.randrange(len(text))
                yield text[:place] + chr(dice.randrange(32, 0xD800)) + text[place + 1 :]
            case _:
                yield dice.choice(BAD)


async def throw(node: NodeProcess, person: Person, project_id: str, *, count: int, seed: int) -> int:
    """Send so many bad messages over one socket; how many were answered by an error that names a mistake."""
    address = f"ws://127.0.0.1:{node.port}/ws/projects/{project_id}/"
    headers = {"Authorization": f"Bearer {person.token}"}
    async with open_plain(address, headers) as socket:
        answers = asyncio.create_task(collect(socket, count))
        for message in itertools.islice(bad_messages(seed), count):
            await socket.send(message)
        async with asyncio.timeout(PATIENCE):
            return await answers


async def collect(socket: ClientConnection, count: int) -> int:
    answered = 0
    while answered < count:
        answer = json.loads(await socket.recv())
        if "method" not in answer:
            assert answer["error"]["code"] in MISTAKES, answer
            answered += 1
    return answered


async def break_off(node: NodeProcess, person: Person, project_id: str) -> None:
    """Frames that no socket survives: each is closed with the code of RFC 6455, section 7.4.1."""
    closing = {
        1007: frame(TEXT, b'{"jsonrpc": "\xff\xfe"}'),
        1002: frame(3, b"an opcode that does not exist"),
        1009: frame(TEXT, b"the beginning", length=8 * 1024 * 1024 + 1),
    }
    for code, data in closing.items():
        socket = await open_raw(node, person, project_id)
        await socket.send(data)
        assert await socket.close_code() == code
        await socket.hang_up()
    unmasked = await open_raw(node, person, project_id)
    await unmasked.send(frame(TEXT, b"{}", masked=False))
    assert await unmasked.close_code() == 1002
    await unmasked.hang_up()
    half = (
        frame(TEXT, b"x" * 1000)[:500],
        frame(TEXT, b"the first part", final=False),
        frame(BINARY, b"x", final=False) + frame(0, b"y", final=False),
        frame(TEXT, b"x" * 100_000, length=1_000_000),
    )
    for data in half:
        socket = await open_raw(node, person, project_id)
        await socket.send(data)
        await socket.hang_up()


async def be_huge(node: NodeProcess, person: Person, project_id: str) -> None:
    address = f"ws://127.0.0.1:{node.port}/ws/projects/{project_id}/"
    headers = {"Authorization": f"Bearer {person.token}"}
    async with open_plain(address, headers) as socket:
        for _ in range(3):
            await socket.send(save({"prompt_text": "x" * HUGE}))
        assert await collect(socket, 3) == 3


async def barrage(node: NodeProcess, people: list[Person], project_id: str, *, seed: int) -> None:
    """Half of everything."""
    each = FRAMES // 2 // SOCKETS
    answered = await asyncio.gather(
        *(
            throw(node, people[number % len(people)], project_id, count=each, seed=seed + number)
            for number in range(SOCKETS)
        )
    )
    assert sum(answered) == each * SOCKETS
    await be_huge(node, people[0], project_id)
    for _ in range(BREAKS):
        await break_off(node, people[0], project_id)


def client_sockets(process: psutil.Process, port: int) -> int:
    """How many clients' connections the process has open."""
    return sum(
        1
        for each in process.net_connections("tcp")
        if each.laddr.port == port and each.status == psutil.CONN_ESTABLISHED
    )


async def test_ten_thousand_bad_frames_are_refused_and_leave_nothing_behind(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    node, people = nodes[0], cluster.people[:3]
    said = len(node.output)
    project_id = await make_project(node, *people)
    process = node.process
    honest = Client(people[0], project_id)
    await honest.open(node)

    async def is_alone() -> bool:
        return await asyncio.to_thread(client_sockets, process, node.port) == 1

    await barrage(node, people, project_id, seed=1)
    await until(is_alone, "the sockets of the first half are gone")
    memory, files = process.memory_info().rss, process.num_fds()
    await barrage(node, people, project_id, seed=2)
    await until(is_alone, "the sockets of the second half are gone")

    # The second half finds most threads, connections and buffers there that it needs; a busy machine adds a few.
    assert process.memory_info().rss - memory < MAX_GROWTH
    assert process.num_fds() - files < BREAKS
    assert "Traceback" not in node.output[said:]
    lock = await honest.call("lock.acquire", field="prompt_text")
    await honest.call("draft.save", **Attempt("prompt_text", "still here", lock["token"], 0).parameters())
    await honest.leave()
