"""Watching the writer type: shown to the others at once, numbered, with the whole text on request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.callers import Caller
from accounts.models import User
from gateway.node import Node
from locking.services import take_over_lock
from locking.sessions import open_session
from projects.models import Project
from tests.gateway.client import Client, RefusedError
from tests.gateway.conftest import SocketOf, connections, in_thread

pytestmark = pytest.mark.usefixtures("node")

PROMPT = "prompt_text"


async def refusal(socket: Client, method: str, **params: Any) -> str:
    with pytest.raises(RefusedError) as refused:
        await socket.call(method, **params)
    code: str = refused.value.problem["code"]
    return code


async def test_what_the_writer_types_is_shown_to_the_others_only(
    socket_of: SocketOf, editor: User, viewer: User
) -> None:
    async with socket_of(editor) as writer, socket_of(viewer) as watcher:
        token = (await writer.call("lock.acquire", field=PROMPT))["token"]
        change = {"field": PROMPT, "token": token, "changes": [4, [2, "You", ""], 7]}
        assert await writer.call("text.change", **change, revision=1) == {}
        shown = await watcher.ephemeral("text.changed")
        assert shown["actor"] == editor.person()
        assert shown["data"] == {**change, "revision": 1, "session_id": writer.snapshot["session_id"]}
        assert await writer.call("ping") == {}
        assert not [frame for frame in writer.notifications if frame["params"].get("name") == "text.changed"]


async def test_only_the_holder_may_show_changes(
    socket_of: SocketOf, editor: User, owner: User, project: Project, caller_for: Callable[..., Caller]
) -> None:
    async with socket_of(editor) as writer, socket_of(owner) as other:
        token = (await writer.call("lock.acquire", field=PROMPT))["token"]
        change = {"field": PROMPT, "revision": 1, "changes": []}
        assert await writer.call("text.change", **change, token=token) == {}
        assert await refusal(other, "text.change", **change, token=token) == "lock_not_held"
        assert await refusal(writer, "text.change", **change, token=token + 1) == "lock_not_held"

        def take_over() -> None:
            boss = caller_for(owner)
            session = open_session(caller=boss, project_id=project.id, connected=False).session_id
            take_over_lock(caller=boss, project_id=project.id, session_id=session, field=PROMPT, reason="Urgent")

        await in_thread(take_over)
        await writer.event("lock.taken_over")
        assert await refusal(writer, "text.change", **change, token=token) == "stale_token"


async def test_the_text_is_the_holders_newest_copy_and_then_the_saved_one(
    socket_of: SocketOf, editor: User, viewer: User
) -> None:
    async with socket_of(editor) as writer, socket_of(viewer) as watcher:
        assert await refusal(watcher, "text.get", field=PROMPT) == "not_found"
        token = (await writer.call("lock.acquire", field=PROMPT))["token"]
        assert await watcher.call("text.get", field=PROMPT) == {"revision": 0, "content": ""}
        await writer.call("working_copy.put", field=PROMPT, token=token, revision=7, content="Half a sent")
        assert await watcher.call("text.get", field=PROMPT) == {"revision": 7, "content": "Half a sent"}
        await writer.call(
            "draft.save", base_version=0, changes={PROMPT: "Saved."}, tokens={PROMPT: token}, revisions={PROMPT: 7}
        )
        assert await watcher.call("text.get", field=PROMPT) == {"revision": 0, "content": "Saved."}


async def test_the_copy_of_an_ended_lease_is_its_writers_alone(socket_of: SocketOf, editor: User, viewer: User) -> None:
    async with socket_of(editor) as writer, socket_of(viewer) as watcher:
        token = (await writer.call("lock.acquire", field=PROMPT))["token"]
        await writer.call("working_copy.put", field=PROMPT, token=token, revision=1, content="secret")
        await writer.call("lock.release", field=PROMPT)
        assert await refusal(watcher, "text.get", field=PROMPT) == "not_found"


async def test_more_than_thirty_changes_a_second_are_refused_one_by_one(socket_of: SocketOf, editor: User) -> None:
    async with socket_of(editor) as writer:
        token = (await writer.call("lock.acquire", field=PROMPT))["token"]
        numbers = [
            await writer.ask("text.change", field=PROMPT, token=token, revision=revision, changes=[])
            for revision in range(60)
        ]
        answered, refusals = 0, []
        for number in numbers:
            try:
                await writer.answer(number)
                answered += 1
            except RefusedError as refused:
                refusals.append((refused.problem["code"], refused.problem["retry_after"]))
        assert 30 <= answered < 60
        assert set(refusals) == {("rate_limited", 1)}
        assert await writer.call("ping") == {}


async def test_a_paste_over_1_mib_is_not_shown(socket_of: SocketOf, editor: User) -> None:
    async with socket_of(editor) as writer:
        token = (await writer.call("lock.acquire", field=PROMPT))["token"]
        change = {"field": PROMPT, "token": token, "revision": 1, "changes": [[0, "x" * (1024 * 1024 + 1)]]}
        assert await refusal(writer, "text.change", **change) == "payload_too_large"


async def test_what_is_remembered_of_a_lock_is_forgotten_with_it(socket_of: SocketOf, editor: User, node: Node) -> None:
    async with socket_of(editor) as writer:
        token = (await writer.call("lock.acquire", field=PROMPT))["token"]
        await writer.event("lock.acquired")
        await writer.call("text.change", field=PROMPT, token=token, revision=1, changes=[])
        (connection,) = connections(node)
        assert connection.held == {PROMPT: token}
        await writer.call("lock.release", field=PROMPT)
        await writer.event("lock.released")
        assert connection.held == {}
