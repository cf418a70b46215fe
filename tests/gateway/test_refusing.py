"""A field that somebody holds is refused early where the event cache and Redis agree; else the journal decides."""

from __future__ import annotations

import pytest
from django_redis import get_redis_connection

from accounts.models import User
from gateway.node import Node
from locking import lock_probe
from locking.models import Lease
from locking.redis_locks import lock_key
from projects.models import Project
from tests.gateway.client import Client, RefusedError
from tests.gateway.conftest import SocketOf, in_thread

PROMPT = "prompt_text"


async def refused(socket: Client) -> dict[str, object]:
    with pytest.raises(RefusedError) as refusal:
        await socket.call("lock.acquire", field=PROMPT)
    problem: dict[str, object] = refusal.value.problem
    return problem


async def test_both_ways_of_refusing_say_the_same(
    node: Node, socket_of: SocketOf, owner: User, editor: User, project: Project
) -> None:
    async with socket_of(owner) as holder, socket_of(editor) as other:
        await holder.call("lock.acquire", field=PROMPT)
        await other.event("lock.acquired")
        at_once = await refused(other)
        node.projects.locks.forget(project.id)
        decided = await refused(other)
        assert at_once == decided
        assert (at_once["code"], at_once["holder"]) == ("lock_held", owner.person())


async def test_a_field_given_back_is_granted_at_once(
    node: Node, socket_of: SocketOf, owner: User, editor: User
) -> None:
    async with socket_of(owner) as holder, socket_of(editor) as other:
        for _ in range(20):
            await holder.call("lock.acquire", field=PROMPT)
            await holder.call("lock.release", field=PROMPT)
            assert (await other.call("lock.acquire", field=PROMPT))["token"] > 0
            await other.call("lock.release", field=PROMPT)


async def test_a_key_that_is_gone_refuses_nothing(
    node: Node, socket_of: SocketOf, owner: User, editor: User, project: Project
) -> None:
    async with socket_of(owner) as holder, socket_of(editor) as other:
        await holder.call("lock.acquire", field=PROMPT)
        await other.event("lock.acquired")
        await in_thread(lambda: get_redis_connection("locks").delete(lock_key(project.id, PROMPT)))
        lock = await other.call("lock.acquire", field=PROMPT)
        lease = await in_thread(lambda: Lease.objects.open().get(project=project, field=PROMPT))
        assert (lease.token, lease.user_id) == (lock["token"], editor.id)


async def test_a_slow_redis_is_not_waited_for(
    node: Node, socket_of: SocketOf, owner: User, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock_probe, "TIMEOUT", 1e-6)
    async with socket_of(owner) as holder, socket_of(editor) as other:
        await holder.call("lock.acquire", field=PROMPT)
        await other.event("lock.acquired")
        assert (await refused(other))["code"] == "lock_held"
