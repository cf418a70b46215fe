"""Pads over the project's socket, on one node."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from gateway.execution import Lanes
from gateway.node import Node
from kernel.crdt.edits import Edit
from kernel.errors import Conflict
from locking.sessions import open_session
from projects.models import Project
from projects.services import add_member, change_role
from stages.pads.loading import read_text
from stages.pads.models import Pad
from stages.pads.services import close_pad, create_pad, edit_pad
from tests.cast import new_project
from tests.gateway.client import Client, RefusedError
from tests.gateway.conftest import SocketOf, in_thread
from tests.pads.live import TextClient

pytestmark = pytest.mark.usefixtures("node")


@pytest.fixture
def pad(committed_db: None, project: Project, owner: User, caller_for: Callable[..., Any]) -> Pad:
    """A pad that began with a text."""
    return create_pad(caller=caller_for(owner), project_id=project.id, name="Thoughts")


async def text_now(pad: Pad) -> tuple[int, str]:
    found = await in_thread(read_text, pad.id)
    return found.revision, found.text


async def test_what_one_types_the_others_get(socket_of: SocketOf, pad: Pad, owner: User, editor: User, viewer: User):
    async with socket_of(owner) as one, socket_of(editor) as two, socket_of(viewer) as three:
        ed, mara, vic = (TextClient(socket, pad) for socket in (one, two, three))
        opened = [await client.open() for client in (ed, mara, vic)]
        assert [each["writer"] for each in opened] == [1, 2, None]
        assert [each["role"] for each in opened] == ["owner", "editor", "viewer"]
        assert opened[0] | {"writer": 0, "role": ""} == {
            "writer": 0,
            "role": "",
            "is_closed": False,
            "epoch": 1,
            "revision": 0,
            "text": "",
            "authors": [],
            "writers": [],
            "crc": 0,
        }
        assert await ed.edit((0, 0, "0123456789")) == {"revision": 1}
        await mara.catch_up(1)
        assert await mara.edit((0, 0, "X")) == {"revision": 2}
        # He has not seen it yet.
        answer = await ed.edit((10, 0, "a"))
        assert answer == {"revision": 3, "missed": [[{"pos": 0, "delete": 0, "insert": "X"}]]}
        for client in (mara, vic):
            await client.catch_up(3)
        assert {ed.text, mara.text, vic.text} == {"X0123456789a"} == {(await text_now(pad))[1]}
        last = vic.seen[-1]
        assert (last["epoch"], last["writers"]) == (1, [{"number": 1, "user": owner.person()}])
        (change,) = last["changes"]
        assert (change["writer"], change["edits"]) == (1, [{"pos": 11, "delete": 0, "insert": "a"}])


async def test_a_viewer_watches_and_changes_nothing(socket_of: SocketOf, pad: Pad, viewer: User):
    async with socket_of(viewer) as socket:
        client = TextClient(socket, pad)
        await client.open()
        for call in (
            client.edit((0, 0, "x")),
            socket.call("pad.update", pad_id=str(pad.id), epoch=1, update="AAA="),
            socket.call("pad.cursor", pad_id=str(pad.id), revision=0, anchor=0, head=0),
        ):
            with pytest.raises(RefusedError) as refused:
                await call
            assert refused.value.code == 403
        assert await text_now(pad) == (0, "")
        assert await socket.call("ping") == {}


async def test_who_comes_back_gets_what_they_missed(
    socket_of: SocketOf, pad: Pad, editor: User, owner: User, caller_for: Callable[..., Any]
):
    async with socket_of(editor) as socket:
        client = TextClient(socket, pad)
        await client.open()
        await client.edit((0, 0, "one "))
    async with socket_of(owner) as socket:
        other = TextClient(socket, pad)
        await other.open()
        await other.edit((4, 0, "two"))
    async with socket_of(editor) as socket:
        client.socket = socket
        opened = await client.open(epoch=1, after=1)
        assert [change["revision"] for change in opened["changes"]] == [2]
        assert {"number": 2, "user": owner.person()} in opened["writers"]
        assert "text" not in opened
        since = await socket.call("pad.since", pad_id=str(pad.id), after=1)
        assert (since["changes"], since["more"]) == (opened["changes"], False)
        for stale in ({"epoch": 2, "after": 1}, {"epoch": 1, "after": 3}):
            assert (await client.open(**stale))["text"] == "one two"


async def test_a_lost_answer_is_asked_for_again(socket_of: SocketOf, pad: Pad, editor: User):
    ref = str(uuid4())
    change = {"pos": 0, "delete": 0, "insert": "once"}
    given: dict[str, Any] = {"pad_id": str(pad.id), "revision": 0, "edits": [change], "client_ref": ref}
    async with socket_of(editor) as socket:
        await TextClient(socket, pad).open()
        await socket.ask("pad.edit", **given)
    async with socket_of(editor) as socket:
        await TextClient(socket, pad).open()
        assert await socket.call("pad.edit", **given) == {"revision": 1}
        with pytest.raises(RefusedError) as refused:
            await socket.call("pad.edit", **{**given, "edits": [{**change, "insert": "twice"}]})
        assert refused.value.problem["code"] == "client_ref_reused"
    assert await text_now(pad) == (1, "once")


async def test_many_at_once_are_one_order_without_a_gap(
    socket_of: SocketOf, pad: Pad, editor: User, owner: User, node: Node
):
    async with socket_of(editor) as one, socket_of(owner) as two:
        first, second = TextClient(one, pad), TextClient(two, pad)
        await first.open()
        await second.open()

        async def write(client: TextClient, letter: str) -> None:
            for _ in range(10):
                await client.edit((0, 0, letter))

        await asyncio.gather(write(first, "a"), write(second, "b"))
        for client in (first, second):
            await client.catch_up(20)
        revision, text = await text_now(pad)
        assert (revision, sorted(text)) == (20, sorted("ab" * 10))
        assert first.text == second.text == text


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"revision": "5"}, "revision"),
        ({"revision": 5.5}, "revision"),
        ({"revision": -1}, "revision"),
        ({"revision": 1}, "revision"),
        ({"edits": [{"pos": 1, "delete": 0, "insert": "x"}]}, "edits.0"),
        ({"edits": [{"pos": 0, "insert": "a\r\n"}]}, "edits.0"),
        ({"edits": [{"pos": 0, "insert": "a\0"}]}, "edits.0"),
        ({"edits": [{"pos": 0, "insrt": "a"}]}, "edits"),
    ],
)
async def test_what_does_not_fit(socket_of: SocketOf, pad: Pad, editor: User, given: dict[str, Any], name: str):
    """Acceptance cases 8 and 25."""
    async with socket_of(editor) as socket:
        await TextClient(socket, pad).open()
        edit = {"pos": 0, "delete": 0, "insert": "x"}
        with pytest.raises(RefusedError) as refused:
            await socket.call("pad.edit", **{"pad_id": str(pad.id), "revision": 0, "edits": [edit], **given})
        assert refused.value.code == 400
        assert any(error.startswith(name) for error in refused.value.problem["errors"])


async def test_pads_that_are_not_there(socket_of: SocketOf, editor: User, owner: User, caller_for: Callable[..., Any]):
    elsewhere = await in_thread(new_project, owner)
    await in_thread(add_member, caller=caller_for(owner), project_id=elsewhere.id, user_id=editor.id, role="editor")
    foreign = await in_thread(create_pad, caller=caller_for(owner), project_id=elsewhere.id, name="Elsewhere")
    async with socket_of(editor) as socket:
        for pad_id in (uuid4(), foreign.id):
            with pytest.raises(RefusedError) as refused:
                await socket.call("pad.open", pad_id=str(pad_id), dialect="text")
            assert refused.value.code == 404
        # It was not opened here.
        with pytest.raises(RefusedError) as refused:
            await socket.call("pad.edit", pad_id=str(foreign.id), revision=0, edits=[])
        assert refused.value.problem["code"] == "conflict"


async def test_more_than_thirty_changes_a_second_are_refused_and_can_be_sent_again(
    socket_of: SocketOf, pad: Pad, editor: User
):
    async with socket_of(editor) as socket:
        client = TextClient(socket, pad)
        await client.open()
        edits = [{"pos": 0, "delete": 0, "insert": "x"}]
        asked = [
            await socket.ask("pad.edit", pad_id=str(pad.id), revision=0, edits=edits, client_ref=str(uuid4()))
            for _ in range(60)
        ]
        answers, refusals = [], set()
        for number in asked:
            try:
                answers.append((await socket.answer(number))["revision"])
            except RefusedError as refused:
                refusals.add((refused.code, refused.problem["code"]))
        assert refusals == {(429, "rate_limited")}
        assert answers == list(range(1, len(answers) + 1))
        assert 30 <= len(answers) < 60
        assert await text_now(pad) == (len(answers), "x" * len(answers))


async def test_cursors_are_gathered_and_reach_the_others(socket_of: SocketOf, pad: Pad, editor: User, owner: User):
    async with socket_of(editor) as one, socket_of(owner) as two:
        first, second = TextClient(one, pad), TextClient(two, pad)
        await first.open()
        await second.open()
        joined = await one.notification(lambda frame: frame["method"] == "pad.joined")
        assert joined == {"pad_id": str(pad.id), "writer": 2, "user": owner.person()}
        for head in (1, 2):
            await two.call("pad.cursor", pad_id=str(pad.id), revision=0, anchor=0, head=head)
        moved = await one.notification(lambda frame: frame["method"] == "pad.cursors")
        assert moved["cursors"][-1] == {"writer": 2, "revision": 0, "anchor": 0, "head": 2}
        await two.call("pad.leave", pad_id=str(pad.id))
        with pytest.raises(RefusedError) as refused:
            await two.call("pad.cursor", pad_id=str(pad.id), revision=0, anchor=0, head=0)
        assert refused.value.problem["code"] == "conflict"


async def test_heads_bring_a_checksum_of_the_text(socket_of: SocketOf, pad: Pad, editor: User, node: Node):
    async with socket_of(editor) as socket:
        client = TextClient(socket, pad)
        await client.open()
        await client.edit((0, 0, "é😀"))
        await node.hub.send_heads()
        head = await socket.notification(lambda frame: frame["method"] == "pad.head")
        assert head == {"pad_id": str(pad.id), "revision": 1, "crc": zlib.crc32("é😀".encode())}


async def test_who_may_no_longer_write_is_refused_at_once(
    socket_of: SocketOf, pad: Pad, editor: User, owner: User, project: Project, caller_for: Callable[..., Any]
):
    async with socket_of(editor) as socket:
        client = TextClient(socket, pad)
        await client.open()
        await client.edit((0, 0, "x"))
        await in_thread(
            change_role,
            caller=caller_for(owner),
            project_id=project.id,
            user_id=editor.id,
            role="viewer",
            reason="Watches",
        )
        with pytest.raises(RefusedError) as refused:
            await client.edit((0, 0, "y"))
        assert refused.value.code == 403
        # Nor has their cursor a place there, once the node knows.
        with pytest.raises(RefusedError) as refused:
            await move_until_refused(socket, pad)
        assert refused.value.code == 403
    await in_thread(close_pad, caller=caller_for(owner), pad_id=pad.id)
    async with socket_of(owner) as socket:
        assert (await TextClient(socket, pad).open())["writer"] is None


async def move_until_refused(socket: Client, pad: Pad) -> None:
    while True:
        await socket.call("pad.cursor", pad_id=str(pad.id), revision=1, anchor=0, head=0)
        await asyncio.sleep(0.05)


async def test_what_came_meanwhile_is_one_batch(node: Node):
    lanes, key = Lanes(), uuid4()
    batches: list[list[int]] = []

    def work(items: Sequence[int]) -> list[Any]:
        batches.append(list(items))
        return [Conflict("odd") if item % 2 else item for item in items]

    outcomes = await asyncio.gather(
        *(lanes.write_gathered(key, item, work, pace=lambda: 0.0) for item in range(5)), return_exceptions=True
    )
    assert [outcome for outcome in outcomes if not isinstance(outcome, Conflict)] == [0, 2, 4]
    assert [item for batch in batches for item in batch] == list(range(5))
    assert len(batches) < 5
    lanes.close()


async def test_what_rest_writes_shows_in_sockets(
    socket_of: SocketOf, pad: Pad, editor: User, owner: User, project: Project, caller_for: Callable[..., Any]
):
    caller = caller_for(owner)
    opened = await in_thread(open_session, caller=caller, project_id=project.id, connected=False)
    caller = replace(caller, session_id=opened.session_id)
    async with socket_of(editor) as socket:
        client = TextClient(socket, pad)
        await client.open()
        await in_thread(edit_pad, caller=caller, pad_id=pad.id, revision=0, edits=(Edit(0, 0, "by REST"),))
        await client.catch_up(1)
        assert client.text == "by REST"
