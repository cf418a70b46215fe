"""Real Yjs clients and clients by position in one pad."""

from __future__ import annotations

import random
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from accounts.models import User
from kernel.crdt.edits import Edit
from projects.models import Project
from stages.pads.loading import load_document, read_text
from stages.pads.models import Pad
from stages.pads.services import create_pad, renew_pad
from tests.gateway.client import Client, RefusedError
from tests.gateway.conftest import SocketOf, in_thread
from tests.kernel.crdt.yjs import YjsClient, YjsProcess
from tests.pads.live import TextClient

pytestmark = pytest.mark.usefixtures("node")


@pytest.fixture
def pad(committed_db: None, project: Project, owner: User, caller_for: Callable[..., Any]) -> Pad:
    return create_pad(caller=caller_for(owner), project_id=project.id, name="Thoughts")


@dataclass
class YjsPadClient:
    """A Yjs client of a pad: it sends what it typed as updates, and applies those of others."""

    process: YjsProcess
    socket: Client
    pad: Pad
    revision: int = 0
    epoch: int = 0
    waiting: list[bytes] = field(default_factory=list)

    async def open(self) -> None:
        opened = await self.socket.call("pad.open", pad_id=str(self.pad.id), dialect="yjs")
        self.document: YjsClient = self.process.open(opened["writer"])
        self.document.receive(map(b64decode, opened["updates"]))
        self.revision, self.epoch = opened["revision"], opened["epoch"]

    def type(self, *edits: tuple[int, int, str]) -> None:
        self.document.edit(*(Edit(*each) for each in edits))

    async def send(self, **more: Any) -> int:
        """Send what was typed since the last time; the newest revision that is known then."""
        self.waiting += self.document.take()
        newest = 0
        while self.waiting:
            newest = await self.send_bytes(self.waiting[0], **more)
            self.waiting.pop(0)
        return newest

    async def send_bytes(self, update: bytes, **more: Any) -> int:
        given = {"pad_id": str(self.pad.id), "epoch": self.epoch, "update": b64encode(update).decode(), **more}
        answer = await self.socket.call("pad.update", **given)
        revision: int = answer["revision"]
        return revision

    async def catch_up(self, revision: int) -> None:
        while self.revision < revision:
            changed = await self.socket.notification(lambda frame: frame["method"] == "pad.changed")
            for change in changed["changes"]:
                assert change["revision"] == self.revision + 1
                self.document.receive([b64decode(change["update"])])
                self.revision = change["revision"]

    @property
    def text(self) -> str:
        return self.document.text


async def stored(pad: Pad) -> tuple[int, str]:
    found = await in_thread(read_text, pad.id)
    loaded = await in_thread(load_document, pad.id)
    assert (loaded.revision, loaded.document.text) == (found.revision, found.text)
    return found.revision, found.text


async def test_both_dialects_are_one_text(socket_of: SocketOf, pad: Pad, owner: User, editor: User, yjs: YjsProcess):
    async with socket_of(owner) as one, socket_of(editor) as two:
        ed, mara = YjsPadClient(yjs, one, pad), TextClient(two, pad)
        await ed.open()
        await mara.open()
        ed.type((0, 0, "alpha 😀"))
        assert await ed.send() == 1
        await mara.catch_up(1)
        assert mara.text == "alpha 😀"
        ed.type((0, 0, "1 "))
        await mara.edit((5, 0, "X"), (8, 0, "é"))
        await ed.send()
        await ed.catch_up(3)
        await mara.catch_up(3)
        assert ed.text == mara.text == "1 alphaX 😀é"
        assert await stored(pad) == (3, ed.text)
        opened = await two.call("pad.open", pad_id=str(pad.id), dialect="text")
        assert opened["authors"] == [[1, 7], [2, 1], [1, 3], [2, 1]]


async def test_undo_is_ones_own(socket_of: SocketOf, pad: Pad, owner: User, editor: User, yjs: YjsProcess):
    """Acceptance case 12."""
    async with socket_of(owner) as one, socket_of(editor) as two:
        ed, mara = YjsPadClient(yjs, one, pad), YjsPadClient(yjs, two, pad)
        await ed.open()
        await mara.open()
        ed.type((0, 0, "one "))
        await mara.catch_up(await ed.send())
        mara.type((4, 0, "two "))
        await ed.catch_up(await mara.send())
        ed.document.undo()
        await mara.catch_up(await ed.send())
        assert mara.text == "two "
        ed.document.redo()
        await mara.catch_up(await ed.send())
        assert mara.text == ed.text == (await stored(pad))[1] == "one two "


async def test_what_was_sent_twice_is_there_once(socket_of: SocketOf, pad: Pad, editor: User, yjs: YjsProcess):
    async with socket_of(editor) as socket:
        client = YjsPadClient(yjs, socket, pad)
        await client.open()
        client.type((0, 0, "once"))
        (update,) = client.document.take()
        assert [await client.send_bytes(update) for _ in range(3)] == [1, 1, 1]
        assert await stored(pad) == (1, "once")


async def test_what_is_refused_changes_nothing(
    socket_of: SocketOf, pad: Pad, owner: User, editor: User, yjs: YjsProcess
):
    async with socket_of(owner) as one, socket_of(editor) as two:
        ed, mara = YjsPadClient(yjs, one, pad), YjsPadClient(yjs, two, pad)
        await ed.open()
        await mara.open()
        ed.type((0, 0, "a"))
        await ed.send()
        for number in range(2):
            ed.type((1 + number, 0, "bc"[number]))
        second, third = ed.document.take()
        strange = yjs.do_strange("nul", client_id=2, state=b"\0\0")
        for sender, update, code in (
            # Somebody else's, and what follows on something that was never sent.
            (mara, second, 403),
            (ed, third, 400),
            (mara, strange, 400),
            (mara, b"\xff" * 9, 400),
        ):
            with pytest.raises(RefusedError) as refused:
                await sender.send_bytes(update)
            assert refused.value.code == code
        with pytest.raises(RefusedError) as refused:
            await two.call("pad.update", pad_id=str(pad.id), epoch=1, update="?")
        assert list(refused.value.problem["errors"]) == ["update"]
        assert await stored(pad) == (1, "a")
        for update in (second, third):
            await ed.send_bytes(update)
        assert await stored(pad) == (3, "abc")


async def test_what_was_typed_offline_is_delivered_under_the_earlier_number(
    socket_of: SocketOf, pad: Pad, owner: User, editor: User, yjs: YjsProcess
):
    async with socket_of(editor) as socket:
        gone = YjsPadClient(yjs, socket, pad)
        await gone.open()
        gone.type((0, 0, "typed offline"))
        (update,) = gone.document.take()
        async with socket_of(editor) as elsewhere, socket_of(owner) as other:
            here, foreign = YjsPadClient(yjs, elsewhere, pad), YjsPadClient(yjs, other, pad)
            await here.open()
            await foreign.open()
            # That session is still there, and its number is nobody else's.
            for client in (here, foreign):
                with pytest.raises(RefusedError) as refused:
                    await client.send_bytes(update, writer=gone.document.id)
                assert refused.value.code == 403
    async with socket_of(editor) as socket:
        back = YjsPadClient(yjs, socket, pad)
        await back.open()
        assert await back.send_bytes(update, writer=gone.document.id) == 1
        await back.catch_up(1)
        assert back.text == "typed offline"


async def test_an_older_document_is_refused_and_its_text_typed_into_the_new_one(
    socket_of: SocketOf, pad: Pad, editor: User, yjs: YjsProcess
):
    async with socket_of(editor) as socket:
        client = YjsPadClient(yjs, socket, pad)
        await client.open()
        client.type((0, 0, "kept"))
        await client.send()
        await in_thread(renew_pad, pad_id=pad.id, epoch=1, why="size")
        client.type((4, 0, " and more"))
        with pytest.raises(RefusedError) as refused:
            await client.send()
        assert (refused.value.problem["code"], refused.value.problem["epoch"]) == ("pad_renewed", 2)
        text = client.text
    async with socket_of(editor) as socket:
        again = YjsPadClient(yjs, socket, pad)
        await again.open()
        assert (again.epoch, again.text) == (2, "kept")
        again.type((4, 0, text[4:]))
        await again.send()
        assert await stored(pad) == (3, "kept and more")


async def test_who_reads_on_across_a_renewal_sees_it_and_goes_on_with_the_new_document(
    socket_of: SocketOf, pad: Pad, owner: User, editor: User, yjs: YjsProcess
):
    async with socket_of(owner) as one, socket_of(editor) as two:
        ed, mara = YjsPadClient(yjs, one, pad), TextClient(two, pad)
        await ed.open()
        await mara.open()
        await mara.edit((0, 0, "one "))
        await in_thread(renew_pad, pad_id=pad.id, epoch=1, why="size")
        mara.revision = 2
        await mara.edit((4, 0, "two"))
        since = (await one.call("pad.since", pad_id=str(pad.id), after=0))["changes"]
        assert [(each["revision"], each["epoch"]) for each in since] == [(1, 1), (2, 2), (3, 2)]
        assert since[1]["edits"] == []
        document, epoch = ed.document, ed.epoch
        for each in since:
            if each["epoch"] != epoch:
                document, epoch = yjs.open(1_000), each["epoch"]
            document.receive([b64decode(each["update"])])
        assert document.text == "one two"
        # What is read again at the opening has it, too.
        opened = await one.call("pad.open", pad_id=str(pad.id), dialect="yjs", epoch=2, after=2)
        assert [each["epoch"] for each in opened["changes"]] == [2]


async def test_many_clients_of_both_kinds_have_one_text_once_it_is_quiet(
    socket_of: SocketOf, pad: Pad, owner: User, editor: User, yjs: YjsProcess
):
    chance = random.Random(7)
    async with socket_of(owner) as one, socket_of(editor) as two, socket_of(owner) as three, socket_of(editor) as four:
        typists = [YjsPadClient(yjs, socket, pad) for socket in (one, two)]
        writers = [TextClient(socket, pad) for socket in (three, four)]
        clients: list[YjsPadClient | TextClient] = [*typists, *writers]
        for client in clients:
            await client.open()
        for _step in range(60):
            await act(chance, typists, writers)
        for typist in typists:
            await typist.send()
        revision, text = await stored(pad)
        for client in clients:
            await client.catch_up(revision)
        assert {client.text for client in clients} == {text}


async def act(chance: random.Random, typists: list[YjsPadClient], writers: list[TextClient]) -> None:
    """One random step of somebody."""
    insert = chance.choice(("x", "é", "😀", "two\n", ""))
    if chance.random() < 0.5:
        typist = chance.choice(typists)
        typist.type(change(chance, typist.text, insert))
        if chance.random() < 0.4:
            await typist.send()
            await typist.catch_up(typist.revision)
        elif chance.random() < 0.2:
            typist.document.undo()
    else:
        writer = chance.choice(writers)
        await writer.edit(change(chance, writer.text, insert))


def change(chance: random.Random, text: str, insert: str) -> tuple[int, int, str]:
    """A random change that cuts no character."""
    points = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    start, end = (len(text[:point].encode("utf-16-le")) // 2 for point in points)
    return start, min(end - start, 4) if text[points[0] : points[1]].isascii() else 0, insert
