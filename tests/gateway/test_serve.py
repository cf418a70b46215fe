"""A real node in a process of its own, over real sockets: frames, backpressure, and how it ends."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django_redis import get_redis_connection

import realtime
from accounts.models import User
from audit.live import topic_of
from locking.models import Lease
from locking.redis_locks import lock_key, read_many
from projects.models import Project
from tests.gateway.conftest import in_thread
from tests.gateway.nodes import MANAGE, Nodes, Server, Tokens, call, closed, receive
from tests.patience import PATIENCE


@pytest.fixture
async def server(committed_db: None, process_environment: dict[str, str], nodes: Nodes) -> AsyncIterator[Server]:
    async with nodes.lent(process_environment) as server:
        yield server


async def test_a_long_text_is_saved_and_comes_back_whole(
    server: Server, project: Project, editor: User, tokens: Tokens
) -> None:
    text = "ä" * 500_000
    async with server.connect(project, tokens[editor.id]) as connection:
        assert (await receive(connection))["method"] == "snapshot"
        lock = (await call(connection, "lock.acquire", field="prompt_text"))["result"]
        saved = await call(
            connection,
            "draft.save",
            base_version=0,
            changes={"prompt_text": text},
            tokens={"prompt_text": lock["token"]},
        )
        assert saved["result"]["version_number"] == 1
        assert saved["result"]["prompt_text"] == text


async def test_sigterm_tells_1012_ends_in_time_and_leaves_the_locks_a_grace(
    server: Server, project: Project, editor: User, tokens: Tokens
) -> None:
    async with server.connect(project, tokens[editor.id]) as connection:
        await receive(connection)
        await call(connection, "lock.acquire", field="prompt_text")
        server.process.send_signal(signal.SIGTERM)
        assert await closed(connection) == 1012
        async with asyncio.timeout(PATIENCE):
            assert await server.process.wait() == 0
    lease = await in_thread(Lease.objects.select_related("session").get, project=project)
    assert lease.is_open
    assert lease.session is not None
    assert lease.session.disconnected_at is not None
    (held,) = await in_thread(read_many, [lock_key(project.id, "prompt_text")])
    assert held is not True
    if held:
        assert (held.expires_at - lease.session.disconnected_at).total_seconds() < 6


async def test_it_sweeps_what_nobody_else_does(server: Server, project: Project, editor: User, tokens: Tokens) -> None:
    async with server.connect(project, tokens[editor.id]) as connection:
        await receive(connection)
        await call(connection, "lock.acquire", field="prompt_text")
        get_redis_connection("locks").delete(lock_key(project.id, "prompt_text"))
        while (frame := await receive(connection)).get("params", {}).get("name") != "lock.released":
            pass
        assert frame["params"]["data"]["why"] == "expired"


async def test_a_client_that_does_not_read_is_closed_1013_and_the_others_hear_everything(
    server: Server, project: Project, editor: User, viewer: User, tokens: Tokens
) -> None:
    async with (
        server.connect(project, tokens[viewer.id], max_queue=1) as stalled,
        server.connect(project, tokens[editor.id]) as reader,
    ):
        await receive(reader)
        stalled.transport.pause_reading()
        # More than the kernel's buffers, Twisted's and the hub's queue hold together; the readers' own keeps up.
        for number in range(400):
            realtime.send_ephemeral(
                topic=topic_of(project.id),
                name="cursor.moved",
                actor={},
                data={"number": number, "filling": "x" * 100_000},
            )
            frame = await receive(reader)
            while frame["params"].get("name") != "cursor.moved":
                frame = await receive(reader)
            assert frame["params"]["data"]["number"] == number
        stalled.transport.resume_reading()
        # Its transport was given up with what waited in it, so the code does not always arrive.
        assert await closed(stalled) in {1013, None}
        assert (await call(reader, "ping"))["result"] == {}


async def test_what_a_client_reads_late_is_whole_and_in_order(
    server: Server, project: Project, viewer: User, tokens: Tokens
) -> None:
    async with server.connect(project, tokens[viewer.id], max_queue=1) as late:
        await receive(late)
        late.transport.pause_reading()
        # More than the kernel's buffers hold, less than the hub's queue does.
        for number in range(60):
            data = {"number": number, "filling": f"{number}" * 50_000}
            realtime.send_ephemeral(topic=topic_of(project.id), name="cursor.moved", actor={}, data=data)
        # Its answer comes before what waits, but never into the middle of a frame.
        await late.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"}))
        late.transport.resume_reading()
        answers, moved = 0, list[Any]()
        while len(moved) < 60:
            frame = await receive(late)
            answers += "id" in frame
            if "id" not in frame and frame["params"].get("name") == "cursor.moved":
                moved.append(frame["params"]["data"])
        assert [each["number"] for each in moved] == list(range(60))
        assert all(each["filling"] == f"{each['number']}" * 50_000 for each in moved)
        assert answers or "id" in await receive(late)


async def test_a_taken_port_is_one_clear_line(process_environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        process = await asyncio.create_subprocess_exec(
            *MANAGE,
            *("serve", "--port", port),
            env=process_environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        _, errors = await process.communicate()
    assert process.returncode == 1
    assert errors.decode().splitlines()[-1].startswith(f"CommandError: Couldn't listen on 127.0.0.1:{port}: ")
    assert "Traceback" not in errors.decode()
