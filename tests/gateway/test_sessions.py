"""A session outlives its socket: what a good-bye frees, what a broken line keeps, who may come back."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from gateway.node import Node
from locking.models import EndReason, Lease
from locking.redis_locks import HeldLock, lock_key, read_many
from projects.models import Project
from tests.gateway.client import Client
from tests.gateway.conftest import SocketOf, followed, in_thread
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("node")

PROMPT = "prompt_text"


def came_from(snapshot: dict[str, Any]) -> dict[str, Any]:
    return {name: snapshot[name] for name in ("session_id", "resume_secret")}


async def lease_of(project: Project) -> Lease:
    return await in_thread(Lease.objects.get, project=project)


async def seconds_left(project: Project) -> float:
    """How long the lock of the prompt still lives."""
    (held,) = await in_thread(read_many, [lock_key(project.id, PROMPT)])
    lease = await in_thread(Lease.objects.select_related("session").get, project=project)
    assert isinstance(held, HeldLock)
    assert lease.session is not None
    assert lease.session.disconnected_at is not None
    return (held.expires_at - lease.session.disconnected_at).total_seconds()


async def test_a_good_bye_frees_the_locks_at_once(socket_of: SocketOf, editor: User, project: Project) -> None:
    async with socket_of(editor) as writer:
        await writer.call("lock.acquire", field=PROMPT)
    assert (await lease_of(project)).end_reason == EndReason.DISCONNECTED


@pytest.mark.parametrize("code", [1001, 1005, 1006, 4000])
async def test_a_broken_line_leaves_a_grace(socket_of: SocketOf, editor: User, project: Project, code: int) -> None:
    writer = socket_of(editor)
    await writer.open()
    await writer.call("lock.acquire", field=PROMPT)
    await writer.leave(code)
    assert (await lease_of(project)).is_open
    assert await seconds_left(project) < 6


async def test_being_closed_by_us_is_no_good_bye(
    socket_of: SocketOf, editor: User, project: Project, node: Node
) -> None:
    writer = socket_of(editor)
    await writer.open()
    await writer.call("lock.acquire", field=PROMPT)
    (connection,) = node.connections
    connection.heard_at -= 1_000
    await node.close_silent()
    assert await writer.closed() == 4408
    await writer.leave(1000)
    assert (await lease_of(project)).is_open


async def test_coming_back_keeps_session_and_lock(socket_of: SocketOf, editor: User, project: Project) -> None:
    writer = socket_of(editor)
    first = await writer.open()
    lock = await writer.call("lock.acquire", field=PROMPT)
    await writer.leave(1006)
    async with socket_of(editor, **came_from(first)) as back:
        assert back.snapshot["session_id"] == first["session_id"]
        assert back.snapshot["resume_secret"] != first["resume_secret"]
        assert [held["session_id"] for held in back.snapshot["locks"]] == [first["session_id"]]
        again = await back.call("lock.acquire", field=PROMPT)
        assert again["token"] == lock["token"]


async def test_a_late_disconnect_does_not_hurt_the_resumed_session(
    socket_of: SocketOf, editor: User, viewer: User, project: Project
) -> None:
    async with socket_of(viewer) as watcher:
        old = socket_of(editor)
        first = await old.open()
        await old.call("lock.acquire", field=PROMPT)
        async with socket_of(editor, **came_from(first)) as new:
            await old.leave(1000)
            assert (await lease_of(project)).is_open
            assert await new.call("lock.renew", fields=[PROMPT]) | {"expires_at": None} == {
                "expires_at": None,
                "lost": [],
            }
            async with socket_of(viewer) as newcomer:
                assert {"user": editor.person(), "fields": []} in newcomer.snapshot["present"]
        assert await watcher.ephemeral("presence.left")


async def test_a_socket_whose_session_came_back_elsewhere_is_closed(socket_of: SocketOf, editor: User) -> None:
    """A duplicated tab has the same secret; two tabs must not share one session."""
    one = socket_of(editor)
    first = await one.open()
    async with socket_of(editor, **came_from(first)) as two:
        assert await one.closed() == 1012
        assert await two.call("ping") == {}
        async with socket_of(editor, **came_from(first)) as again:
            assert again.snapshot["session_id"] != first["session_id"]
            assert await two.call("ping") == {}
    await one.leave(1012)


async def test_a_secret_works_once(socket_of: SocketOf, editor: User) -> None:
    one = socket_of(editor)
    first = await one.open()
    await one.leave(1006)
    async with socket_of(editor, **came_from(first)) as two:
        assert two.snapshot["session_id"] == first["session_id"]
        async with socket_of(editor, **came_from(first)) as three:
            assert three.snapshot["session_id"] != first["session_id"]


async def test_nobody_comes_back_as_somebody_else(socket_of: SocketOf, editor: User, owner: User) -> None:
    async with socket_of(editor) as writer, socket_of(owner, **came_from(writer.snapshot)) as other:
        assert other.snapshot["session_id"] != writer.snapshot["session_id"]


@pytest.mark.parametrize("session_id", ["", "nonsense", str(UUID(int=7))])
async def test_a_session_that_does_not_exist_is_a_new_one(socket_of: SocketOf, editor: User, session_id: str) -> None:
    async with socket_of(editor, session_id=session_id, resume_secret="x") as writer:
        assert writer.snapshot["session_id"] != session_id


async def test_a_socket_that_is_cancelled_gives_everything_back(
    project: Project, tokens: dict[UUID, str], editor: User, node: Node
) -> None:
    """The server may end an application without a word."""
    writer = Client(project.id, tokens[editor.id])
    await writer.open()
    await writer.call("lock.acquire", field=PROMPT)
    writer._socket.future.cancel()
    async with asyncio.timeout(PATIENCE):
        while node.connections:  # noqa: ASYNC110 (what changes has no event to wait for)
            await asyncio.sleep(0.01)
    assert followed(node) == []
    assert await seconds_left(project) < 6
