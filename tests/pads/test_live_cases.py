"""Acceptance cases of pads over a socket, as they are written, by their numbers."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from projects.models import Project
from stages.pads.models import Pad, Revision
from stages.pads.services import create_pad, take_back_changes
from tests.gateway.client import Client, RefusedError
from tests.gateway.conftest import SocketOf, in_thread
from tests.kernel.crdt.building import item, number, update, writes
from tests.kernel.crdt.yjs import YjsProcess
from tests.pads.live import TextClient
from tests.pads.test_yjs import YjsPadClient, stored

pytestmark = pytest.mark.usefixtures("node")

# The kind of an item that was collected as garbage (`GC` in yjs).
GARBAGE = 0


@pytest.fixture
def pad(committed_db: None, project: Project, owner: User, caller_for: Callable[..., Any]) -> Pad:
    return create_pad(caller=caller_for(owner), project_id=project.id, name="Thoughts")


async def refusal_of(call: Any) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        await call
    return refused.value


async def test_09_a_viewer_gets_everything_and_changes_nothing(
    socket_of: SocketOf, pad: Pad, owner: User, editor: User, viewer: User
):
    async with socket_of(owner) as one, socket_of(editor) as two, socket_of(viewer) as three:
        ed, mara, vic = (TextClient(socket, pad) for socket in (one, two, three))
        for client in (ed, mara, vic):
            await client.open()
        for call in (
            three.call("pad.edit", pad_id=str(pad.id), revision=0, edits=[{"pos": 0, "insert": "x"}]),
            three.call("pad.update", pad_id=str(pad.id), epoch=1, update=b64encode(b"\0\0").decode()),
        ):
            assert (await refusal_of(call)).code == 403
        assert await stored(pad) == (0, "")
        # What the others get next is what Ed types, and Vic gets it, too.
        await ed.edit((0, 0, "by Ed"))
        for client in (mara, vic):
            await client.catch_up(1)
            assert (client.text, len(client.seen)) == ("by Ed", 1)


async def test_11_the_pairs_of_three_who_type_at_once_stay_in_order(
    socket_of: SocketOf, pad: Pad, owner: User, editor: User, yjs: YjsProcess
):
    async with socket_of(owner) as one, socket_of(editor) as two, socket_of(owner) as three:
        clients = [YjsPadClient(yjs, socket, pad) for socket in (one, two, three)]
        for client in clients:
            await client.open()
        for client, pair in zip(clients, ("AB", "UV", "XY"), strict=True):
            client.type((0, 0, pair[0]))
            client.type((1, 0, pair[1]))
        for client in (clients[0], clients[2], clients[1]):
            await client.send()
        for client in clients:
            await client.catch_up(6)
        _revision, text = await stored(pad)
        assert {client.text for client in clients} == {text}
        assert sorted(text) == sorted("ABUVXY")
        assert all(text.index(pair[0]) < text.index(pair[1]) for pair in ("AB", "UV", "XY"))


async def test_12_undo_takes_out_what_is_left_of_ones_own(
    socket_of: SocketOf, pad: Pad, owner: User, editor: User, yjs: YjsProcess
):
    async with socket_of(owner) as one, socket_of(editor) as two:
        ed, mara = YjsPadClient(yjs, one, pad), TextClient(two, pad)
        await ed.open()
        await mara.open()
        ed.type((0, 0, "one "))
        await ed.send()
        await mara.catch_up(1)
        await mara.edit((4, 0, "two "))
        await mara.edit((0, 2, ""))
        await ed.catch_up(3)
        assert ed.text == "e two "
        ed.document.undo()
        await mara.catch_up(await ed.send())
        assert mara.text == ed.text == "two "


async def test_16_two_tabs_of_one_account_are_two_writers(socket_of: SocketOf, pad: Pad, editor: User, yjs: YjsProcess):
    async with socket_of(editor) as one, socket_of(editor) as two:
        tabs = [YjsPadClient(yjs, socket, pad) for socket in (one, two)]
        for tab in tabs:
            await tab.open()
        assert [tab.document.id for tab in tabs] == [1, 2]
        tabs[0].type((0, 0, "first "))
        tabs[1].type((0, 0, "second "))
        await asyncio.gather(*(tab.send() for tab in tabs))
        for tab in tabs:
            await tab.catch_up(2)
        assert tabs[0].text == tabs[1].text == (await stored(pad))[1]
        assert sorted(tabs[0].text.split()) == ["first", "second"]


async def test_19_20_22_23_what_no_editor_sends_is_refused_and_changes_nothing(
    socket_of: SocketOf, pad: Pad, owner: User, editor: User, yjs: YjsProcess
):
    async with socket_of(owner) as one, socket_of(editor) as two:
        ed, mara = YjsPadClient(yjs, one, pad), YjsPadClient(yjs, two, pad)
        await ed.open()
        await mara.open()
        ed.type((0, 0, "a😀b"))
        await mara.catch_up(await ed.send())
        own, state = mara.document.id, mara.document.state
        strange = ("embed", "format", "formatOld", "map", "otherRoot", "list", "binary", "subdocument", "nested")
        attacks = {
            name: (yjs.do_strange(name, client_id=own, state=state), 400)
            for name in (*strange, "element", "half", "between", "nul", "cr")
        }
        attacks["garbage"] = writes(own, 0, bytes([GARBAGE]) + number(1)), 400
        attacks["a gap"] = writes(own, 10, item(b"\1x", left=(ed.document.id, 0))), 400
        attacks["forged"] = writes(ed.document.id, 4, item(b"\1x", left=(ed.document.id, 3))), 403
        attacks["one half deleted"] = update(deleted=[(ed.document.id, [(1, 1)])]), 400
        for name, (data, code) in attacks.items():
            refused = await sent_again_if_busy(mara, data)
            assert refused.code == code, name
        assert (await refusal_of(mara.socket.call("pad.edit", **inside_the_character(pad)))).code == 400
        assert await stored(pad) == (1, "a😀b")
        # Both go on undisturbed.
        ed.type((4, 0, "!"))
        mara.type((0, 0, "?"))
        await ed.send()
        await mara.send()
        assert await stored(pad) == (3, "?a😀b!")


def inside_the_character(pad: Pad) -> dict[str, Any]:
    return {"pad_id": str(pad.id), "revision": 1, "edits": [{"pos": 2, "delete": 0, "insert": "x"}]}


async def sent_again_if_busy(client: YjsPadClient, data: bytes) -> RefusedError:
    """The refusal of an update; how many are allowed in a second is another test's."""
    while True:
        refused = await refusal_of(client.send_bytes(data))
        if refused.code != 429:
            return refused
        await asyncio.sleep(0.05)


async def test_26_who_deleted_everything_offline_takes_nothing_that_was_written_since(
    socket_of: SocketOf, pad: Pad, owner: User, editor: User, yjs: YjsProcess, caller_for: Callable[..., Any]
):
    async with socket_of(owner) as one, socket_of(editor) as two:
        ed, mara = TextClient(one, pad), YjsPadClient(yjs, two, pad)
        await ed.open()
        await ed.edit((0, 0, "by Ed "))
        await mara.open()
        mara.type((0, 0, "by Mara "))
        await ed.catch_up(await mara.send())
        mara.type((0, 14, ""))
        await ed.edit((8, 0, "since "))
        revision = await mara.send()
        await ed.catch_up(revision)
        assert ed.text == "since "
        assert (await in_thread(Revision.objects.get, pad=pad.id, revision=revision)).user_id == editor.id
        given = {"pad_id": pad.id, "user_id": editor.id, "after": revision - 1, "until": revision}
        taken = await in_thread(take_back_changes, caller=caller_for(owner), **given)
        assert taken.revision == revision + 1
        await ed.catch_up(taken.revision)
        await mara.catch_up(taken.revision)
        assert ed.text == mara.text == "by Mara since by Ed "
        opened = await one.call("pad.open", pad_id=str(pad.id), dialect="text")
        assert opened["authors"] == [[2, 8], [1, 12]]


async def test_27_of_sixty_updates_in_a_second_nothing_is_missing_once_they_were_sent_again(
    socket_of: SocketOf, pad: Pad, owner: User, editor: User, yjs: YjsProcess
):
    async with socket_of(owner) as one, socket_of(editor) as two:
        ed, mara = YjsPadClient(yjs, one, pad), TextClient(two, pad)
        await ed.open()
        await mara.open()
        words = [f"{number_of} " for number_of in range(60)]
        at = 0
        for word in words:
            ed.type((at, 0, word))
            at += len(word)
        updates = ed.document.take()
        codes = await codes_of(one, pad, updates)
        # What follows on something that was refused has a gap before it.
        assert {0, 429} <= set(codes) <= {0, 429, 400}
        ed.waiting = updates[codes.index(429) :]
        refusals = set()
        while ed.waiting:
            try:
                await ed.send()
            except RefusedError as refused:
                refusals.add(refused.code)
                await asyncio.sleep(0.05)
        assert refusals <= {429}
        await mara.catch_up(60)
        assert mara.text == "".join(words)
        assert await stored(pad) == (60, mara.text)


async def codes_of(socket: Client, pad: Pad, updates: list[bytes]) -> list[int]:
    """Send updates without a pause; the code of each refusal, 0 for what was accepted."""
    asked = [
        await socket.ask("pad.update", pad_id=str(pad.id), epoch=1, update=b64encode(data).decode()) for data in updates
    ]
    codes = []
    for each in asked:
        try:
            await socket.answer(each)
            codes.append(0)
        except RefusedError as refused:
            codes.append(refused.code)
    return codes


async def test_25_a_line_end_of_two_characters_is_refused_by_its_edit(socket_of: SocketOf, pad: Pad, editor: User):
    async with socket_of(editor) as socket:
        await TextClient(socket, pad).open()
        edit = {"pos": 0, "delete": 0, "insert": "a\r\nb"}
        given = {"pad_id": str(pad.id), "revision": 0, "edits": [edit], "client_ref": str(uuid4())}
        assert list((await refusal_of(socket.call("pad.edit", **given))).problem["errors"]) == ["edits.0"]
