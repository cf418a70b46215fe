"""One person, or one address, cannot take a node: real sockets against a real node."""

from __future__ import annotations

import asyncio
import json
import re
import struct
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from django.conf import settings
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from accounts.models import User
from foundry_site.server.sockets import FoundryWebSocket
from projects.models import Project
from tests.gateway.nodes import Nodes, Server, Tokens, call, closed, receive, serving
from tests.patience import PATIENCE

LIMIT = 8 * 1024 * 1024
Limited = Callable[..., Any]


@pytest.fixture
def ordinary(committed_db: None, process_environment: dict[str, str], nodes: Nodes) -> Limited:
    """A node with the limits that every node has; one test after the other has it."""
    return lambda: nodes.lent(process_environment)


@pytest.fixture
def limited(committed_db: None, process_environment: dict[str, str]) -> Limited:
    """A node with these variables."""
    return lambda **variables: serving({**process_environment, **variables})


async def part_of_a_message(connection: ClientConnection, size: int) -> None:
    """Send the head of a text frame that has no end yet, and so many bytes of it; masked with zeros."""
    head = b"\x01" + bytes([0x80 | 127]) + struct.pack(">Q", LIMIT) + b"\0\0\0\0"
    connection.transport.write(head + b"x" * size)
    await connection.drain()


async def ask(server: Server, path: str, token: str) -> tuple[int, str]:
    """The status and the text of an answer."""
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}")
    request.add_header("Authorization", f"Bearer {token}")

    def answer() -> tuple[int, str]:
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()
        except ConnectionError:
            return 0, ""

    return await asyncio.to_thread(answer)


async def figure(server: Server, name: str) -> float:
    _, page = await ask(server, "/metrics", settings.FOUNDRY_METRICS_TOKEN)
    found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def until_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, drip: bytes) -> bytes:
    """Send a byte now and then until the node hangs up; what it said."""
    said = asyncio.ensure_future(reader.read())
    async with asyncio.timeout(PATIENCE):
        while not said.done():
            writer.write(drip)
            await asyncio.wait([said], timeout=0.05)
    try:
        return said.result()
    except ConnectionError:
        return b""


async def test_a_message_over_8_mib_closes_1009_before_it_has_come(
    ordinary: Limited, project: Project, editor: User, tokens: Tokens
) -> None:
    too_large = 'foundry_socket_closes_total{reason="too_large"}'
    async with ordinary() as server:
        before = await figure(server, too_large)
        async with server.connect(project, tokens[editor.id]) as connection:
            await receive(connection)
            connection.transport.write(b"\x81" + bytes([0xFF]) + struct.pack(">Q", LIMIT + 1) + b"\0\0\0\0")
            assert await closed(connection) == 1009
        assert await figure(server, too_large) == before + 1


async def test_what_a_node_sends_may_be_larger_than_what_it_takes(
    ordinary: Limited, project: Project, editor: User, tokens: Tokens
) -> None:
    # A control character takes six bytes in JSON, and a refused save comes back with both texts.
    text = "\x01" * 1_000_000
    async with ordinary() as server, server.connect(project, tokens[editor.id]) as connection:
        await receive(connection)
        token = (await call(connection, "lock.acquire", field="prompt_text"))["result"]["token"]
        params = {"base_version": 0, "changes": {"prompt_text": text}, "tokens": {"prompt_text": token}}
        assert (await call(connection, "draft.save", **params))["result"]["version_number"] == 1
        refusal = (await call(connection, "draft.save", **params))["error"]["data"]
        assert refusal["code"] == "stale_base"
        assert len(json.dumps(refusal)) > LIMIT


async def test_unfinished_messages_of_one_person_are_counted_over_their_sockets(
    ordinary: Limited, project: Project, editor: User, viewer: User, tokens: Tokens
) -> None:
    async with ordinary() as server:
        # A ping of the client's own would stand in the middle of what it sends.
        sockets = [await server.connect(project, tokens[editor.id], ping_interval=None) for _ in range(6)]
        other = await server.connect(project, tokens[viewer.id])
        for connection in (*sockets, other):
            await receive(connection)
        for connection in sockets[:4]:
            await part_of_a_message(connection, LIMIT - 4096)
        await part_of_a_message(sockets[4], 1024 * 1024)
        # Which of them goes over it depends on what arrives last.
        ends = [asyncio.ensure_future(closed(connection)) for connection in sockets[:5]]
        done, waiting = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        assert [end.result() for end in done] == [4413]
        for end in waiting:
            end.cancel()
        assert (await call(other, "ping"))["result"] == {}, "another person has room of their own"
        for connection in sockets[:5]:
            connection.transport.abort()
            await connection.wait_closed()
        async with asyncio.timeout(PATIENCE):
            while await figure(server, "foundry_unfinished_bytes") > 0:
                continue
        await part_of_a_message(sockets[5], 1024 * 1024)
        for connection in (sockets[5], other):
            connection.transport.abort()


@pytest.mark.parametrize("frame", [b"\x89\x80\0\0\0\0", b"\x00\x80\0\0\0\0"], ids=["pings", "empty parts of a message"])
async def test_frames_that_no_application_sees_are_counted_too(
    ordinary: Limited, project: Project, editor: User, tokens: Tokens, frame: bytes
) -> None:
    async with ordinary() as server, server.connect(project, tokens[editor.id], ping_interval=None) as connection:
        await receive(connection)
        connection.transport.write(b"\x01\x80\0\0\0\0" + frame * 4000)
        assert await closed(connection) == 4429


async def test_pings_whose_answers_nobody_reads_are_not_answered() -> None:
    socket = FoundryWebSocket()
    answered: list[bytes] = []
    socket.state, socket.sendPong = socket.STATE_OPEN, answered.append
    socket.pauseProducing()
    socket.onPing(b"one")
    socket.resumeProducing()
    socket.onPing(b"two")
    assert answered == [b"two"]


async def test_one_person_has_so_many_sockets_and_others_have_theirs(
    limited: Limited, project: Project, editor: User, viewer: User, tokens: Tokens
) -> None:
    async with limited(FOUNDRY_PERSON_SOCKETS="2") as server:
        first, second = [await server.connect(project, tokens[editor.id]) for _ in range(2)]
        for connection in (first, second):
            await receive(connection)
        async with server.connect(project, tokens[editor.id]) as third:
            assert await closed(third) == 4430
        async with server.connect(project, tokens[viewer.id]) as other:
            assert (await receive(other))["method"] == "snapshot"
        await first.close()
        async with asyncio.timeout(PATIENCE):
            while True:
                async with server.connect(project, tokens[editor.id]) as again:
                    try:
                        assert (await receive(again))["method"] == "snapshot"
                        break
                    except ConnectionClosed:
                        continue
        await second.close()


async def test_requests_and_messages_of_an_account_are_counted_together(
    limited: Limited, project: Project, editor: User, viewer: User, tokens: Tokens
) -> None:
    async with (
        limited(FOUNDRY_REST_RATE="30", FOUNDRY_SOCKET_RATE="1000") as server,
        server.connect(project, tokens[editor.id]) as connection,
    ):
        await receive(connection)
        async with asyncio.timeout(PATIENCE):
            # Slower than what a socket may send, faster than what an account may.
            answer = await call(connection, "ping")
            while "error" not in answer:
                answer, _ = await asyncio.gather(call(connection, "ping"), asyncio.sleep(0.005))
        assert (answer["error"]["code"], answer["error"]["data"]["code"]) == (429, "rate_limited")
        assert answer["error"]["data"]["retry_after"] > 0
        mine, theirs = [(await ask(server, "/api/v1/me/", tokens[user.id]))[0] for user in (editor, viewer)]
        assert (mine, theirs) == (429, 200)


async def test_headers_that_drip_are_given_up(limited: Limited) -> None:
    async with limited(FOUNDRY_HEADER_SECONDS="1") as server:
        for begun in (b"", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(begun)
            await until_closed(reader, writer, b"x")
            writer.close()
        # The time of the next request of a kept connection begins with its first byte.
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
        await until_closed(reader, writer, b"G")
        writer.close()
        assert await figure(server, 'foundry_connections_given_up_total{reason="slow_headers"}') == 3


async def test_one_address_begins_only_so_many_requests_at_once(limited: Limited) -> None:
    async with limited(FOUNDRY_ADDRESS_SOCKETS="5") as server:
        begun = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(5)]
        for _, writer in begun:
            writer.write(b"GET / HTTP/1.1\r\n")
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        await until_closed(reader, writer, b"x")
        for _, writer in begun:
            writer.close()
        # Until the node has seen them close, it refuses this request, too.
        async with asyncio.timeout(PATIENCE):
            while await figure(server, 'foundry_connections_given_up_total{reason="too_many_headers"}') < 1:
                continue


async def test_one_address_keeps_only_so_many_connections_for_a_next_request(limited: Limited) -> None:
    async with limited(FOUNDRY_ADDRESS_SOCKETS="3") as server:
        kept = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(3)]
        for reader, writer in kept:
            await healthy(reader, writer)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        await healthy(reader, writer)
        assert await reader.read() == b"", "the fourth is closed after its answer"
        reader, writer = kept[0]
        await healthy(reader, writer)
        for _, writer in kept:
            writer.close()


async def healthy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ask over a connection that is kept, and read the answer."""
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    async with asyncio.timeout(PATIENCE):
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        await reader.readuntil(b"\r\n0\r\n\r\n")


@pytest.fixture
async def writing(
    committed_db: None,
    process_environment: dict[str, str],
    nodes: Nodes,
    project: Project,
    editor: User,
    tokens: Tokens,
) -> AsyncIterator[tuple[ClientConnection, int]]:
    async with (
        nodes.lent({**process_environment, "FOUNDRY_REST_RATE": "0"}) as server,
        server.connect(project, tokens[editor.id]) as connection,
    ):
        await receive(connection)
        lock = (await call(connection, "lock.acquire", field="prompt_text"))["result"]
        yield connection, lock["token"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([1] * 2001, 400),
        ([[0, *[""] * 1_100_000]], 413),
        ([[0, "ä" * 600_000]], 413),
        ([[0, "x" * 1_000_000], 5], None),
    ],
)
async def test_a_change_has_only_so_many_parts_and_so_much_text(
    writing: tuple[ClientConnection, int], changes: Any, code: int | None
) -> None:
    connection, token = writing
    params = {"field": "prompt_text", "token": token, "revision": 1, "changes": changes}
    answer = await call(connection, "text.change", **params)
    assert answer.get("error", {}).get("code") == code


async def test_changes_of_much_text_pass_only_now_and_then(writing: tuple[ClientConnection, int]) -> None:
    connection, token = writing
    answers = []
    for revision in range(1, 13):
        params = {"field": "prompt_text", "token": token, "revision": revision, "changes": [[0, "x" * 1_000_000]]}
        answers.append((await call(connection, "text.change", **params)).get("error", {}).get("code"))
    assert answers[:7] == [None] * 7
    assert 429 in answers[7:]
