"""Two nodes in two processes: one project, the same events, each other's people, and a node that dies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django_redis import get_redis_connection

from accounts.models import User
from gateway.node import Node
from locking.redis_locks import lock_key
from locking.sweeper import sweep_once
from projects.models import Project
from tests.gateway.client import Client
from tests.gateway.conftest import SocketOf, in_thread
from tests.gateway.nodes import Nodes, Server, Tokens, call, closed, receive
from tests.patience import PATIENCE

PROMPT = "prompt_text"


@pytest.fixture
async def other(committed_db: None, process_environment: dict[str, str], nodes: Nodes) -> AsyncIterator[Server]:
    """A node in another process; this process is the first one."""
    async with nodes.lent(process_environment) as server:
        yield server


async def test_both_hear_the_same_in_the_same_order(
    node: Node, other: Server, socket_of: SocketOf, project: Project, editor: User, viewer: User, tokens: Tokens
) -> None:
    async with socket_of(viewer) as here, other.connect(project, tokens[editor.id]) as there:
        assert (await receive(there))["method"] == "snapshot"
        assert (await here.ephemeral("presence.joined"))["actor"]
        token = (await call(there, "lock.acquire", field=PROMPT))["result"]["token"]
        seen_there: list[Any] = []
        for version in range(10):
            frame = {
                "jsonrpc": "2.0",
                "id": "save",
                "method": "draft.save",
                "params": {
                    "base_version": version,
                    "changes": {PROMPT: f"v{version}"},
                    "tokens": {PROMPT: token},
                },
            }
            await there.send(json.dumps(frame))
        while len(seen_there) < 10:
            received = await receive(there)
            if received.get("method") == "event" and received["params"]["name"] == "draft.saved":
                seen_there.append(received["params"])
        seen_here = [await here.event("draft.saved") for _ in range(10)]
        assert seen_here == seen_there
        assert [event["seq"] for event in seen_here] == list(range(token + 1, token + 11))


async def test_the_people_of_a_killed_node_vanish_and_its_locks_come_free(
    node: Node, other: Server, socket_of: SocketOf, project: Project, editor: User, viewer: User, tokens: Tokens
) -> None:
    async with socket_of(viewer) as here:
        there = await other.connect(project, tokens[editor.id])
        await receive(there)
        lock = (await call(there, "lock.acquire", field=PROMPT))["result"]
        assert (await here.event("lock.acquired"))["seq"] == lock["token"]
        other.process.kill()
        await other.process.wait()
        await in_thread(let_time_pass, project, editor)
        await node.lanes.presence(node.presence.sweep)
        left = await here.ephemeral("presence.left")
        assert left["actor"] == editor.person()
        await in_thread(sweep_once)
        assert (await here.event("lock.released"))["data"]["why"] == "expired"
        async with socket_of(viewer) as newcomer:
            assert newcomer.snapshot["present"] == [{"user": viewer.person(), "fields": []}]
            assert newcomer.snapshot["locks"] == []


def let_time_pass(project: Project, dead: User) -> None:
    """What the dead node left in Redis runs out."""
    client = get_redis_connection("default")
    key = f"presence:project:{project.id}"
    entry = json.loads(client.hget(key, str(dead.id)))
    for stamp in entry["nodes"].values():
        stamp["until"] = "1"
    client.hset(key, str(dead.id), json.dumps(entry))
    get_redis_connection("locks").delete(lock_key(project.id, PROMPT))


async def test_a_client_of_a_killed_node_comes_back_to_another_one_with_its_lock(
    node: Node, other: Server, project: Project, editor: User, tokens: Tokens
) -> None:
    there = await other.connect(project, tokens[editor.id])
    snapshot = (await receive(there))["params"]
    lock = (await call(there, "lock.acquire", field=PROMPT))["result"]
    other.process.kill()
    await other.process.wait()
    came_from = {name: snapshot[name] for name in ("session_id", "resume_secret")}
    async with Client(project.id, tokens[editor.id], after=lock["token"], **came_from) as here:
        assert here.snapshot["session_id"] == snapshot["session_id"]
        assert here.snapshot["reset"] is False
        assert (await here.call("lock.acquire", field=PROMPT))["token"] == lock["token"]
        saved = await here.call(
            "draft.save", base_version=0, changes={PROMPT: "Still here"}, tokens={PROMPT: lock["token"]}
        )
        assert saved["version_number"] == 1


async def test_a_member_removed_here_is_out_there(
    node: Node, other: Server, project: Project, editor: User, owner: User, tokens: Tokens, caller_for: Any
) -> None:
    from projects.services import remove_member

    async with other.connect(project, tokens[editor.id]) as there:
        await receive(there)
        await in_thread(
            remove_member, caller=caller_for(owner), project_id=project.id, user_id=editor.id, reason="Has left"
        )
        async with asyncio.timeout(PATIENCE):
            assert await closed(there) == 4403
