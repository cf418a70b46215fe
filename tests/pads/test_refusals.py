"""What a pad refuses, in both dialects over the socket and by REST: nothing is changed, shown or lost by it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from projects.models import Project
from projects.services import archive_project, change_role, remove_member
from stages.pads.models import Pad
from stages.pads.services import close_pad, create_pad, reopen_pad
from tests.gateway.client import Client, ClosedError, RefusedError
from tests.gateway.conftest import SocketOf, in_thread
from tests.kernel.crdt.yjs import YjsProcess
from tests.pads.live import TextClient
from tests.pads.test_yjs import YjsPadClient, stored
from tests.pads.world import World
from tests.rest.client import Api, members, problem

pytestmark = pytest.mark.usefixtures("node")


@pytest.fixture
def pad(committed_db: None, project: Project, owner: User, caller_for: Callable[..., Any]) -> Pad:
    return create_pad(caller=caller_for(owner), project_id=project.id, name="Thoughts")


async def refusal_of(call: Any) -> tuple[int, str]:
    with pytest.raises(RefusedError) as refused:
        await call
    return refused.value.code, refused.value.problem["code"]


ENDS: dict[str, tuple[Callable[..., Any], tuple[int, str]]] = {
    "closed": (lambda by, pad, _user: close_pad(caller=by, pad_id=pad.id), (409, "pad_closed")),
    "archived": (
        lambda by, pad, _user: archive_project(caller=by, project_id=pad.project_id),
        (409, "project_frozen"),
    ),
    "watches": (
        lambda by, pad, user: change_role(
            caller=by, project_id=pad.project_id, user_id=user.id, role="viewer", reason="Watches"
        ),
        (403, "permission_denied"),
    ),
}


@pytest.mark.parametrize("end", ENDS)
async def test_what_comes_after_the_end_is_refused_in_both_dialects(
    socket_of: SocketOf,
    pad: Pad,
    owner: User,
    editor: User,
    yjs: YjsProcess,
    caller_for: Callable[..., Any],
    end: str,
):
    act, refusal = ENDS[end]
    async with socket_of(editor) as one, socket_of(editor) as two:
        ed, mara = TextClient(one, pad), YjsPadClient(yjs, two, pad)
        await ed.open()
        await mara.open()
        await ed.edit((0, 0, "kept"))
        await mara.catch_up(1)
        await in_thread(act, caller_for(owner), pad, editor)
        mara.type((4, 0, " and more"))
        assert await refusal_of(ed.edit((0, 0, "x"))) == refusal
        assert await refusal_of(mara.send()) == refusal
        assert await stored(pad) == (1, "kept")
        # Both still follow it, and watch.
        for client in (ed, mara):
            await client.open()
            assert await client.socket.call("ping") == {}
        assert (ed.text, ed.writer) == ("kept", None)


async def test_what_was_typed_into_a_closed_pad_is_taken_once_it_is_reopened(
    socket_of: SocketOf, pad: Pad, owner: User, editor: User, yjs: YjsProcess, caller_for: Callable[..., Any]
):
    async with socket_of(editor) as socket:
        mara = YjsPadClient(yjs, socket, pad)
        await mara.open()
        await in_thread(close_pad, caller=caller_for(owner), pad_id=pad.id)
        mara.type((0, 0, "not lost"))
        assert (await refusal_of(mara.send()))[1] == "pad_closed"
        await in_thread(reopen_pad, caller=caller_for(owner), pad_id=pad.id)
        assert await mara.send() == 1
        assert await stored(pad) == (1, "not lost")


async def test_who_is_no_member_any_more_sees_and_sends_nothing(
    socket_of: SocketOf, pad: Pad, owner: User, editor: User, yjs: YjsProcess, caller_for: Callable[..., Any]
):
    async with socket_of(editor) as one, socket_of(editor) as two, socket_of(owner) as three:
        ed, mara, olga = TextClient(one, pad), YjsPadClient(yjs, two, pad), TextClient(three, pad)
        for client in (ed, mara, olga):
            await client.open()
        await in_thread(
            remove_member, caller=caller_for(owner), project_id=pad.project_id, user_id=editor.id, reason="Left"
        )
        for socket in (one, two):
            assert "secret" not in await said_until_the_end(socket)
        # Nobody but her is there to see it.
        await olga.edit((0, 0, "secret"))
        assert await stored(pad) == (1, "secret")


async def said_until_the_end(socket: Client) -> str:
    """Everything that a socket brings until the server closes it."""
    said = ""
    try:
        while True:
            said += str(await socket.frame())
    except ClosedError:
        return said


@pytest.mark.parametrize(
    ("edits", "name"),
    [
        ([(11, 0, "x")], "edits.0"),
        ([(3, 0, "a"), (1, 0, "b")], "edits.1"),
        ([(1, 3, ""), (2, 0, "b")], "edits.1"),
        ([(0, 0, "a\r\nb")], "edits.0"),
        ([(0, 0, "a\0")], "edits.0"),
        ([(2, 0, "x")], "edits.0"),
    ],
)
async def test_edits_that_do_not_fit_are_refused_by_their_number(
    socket_of: SocketOf, pad: Pad, editor: User, edits: list[tuple[int, int, str]], name: str
):
    async with socket_of(editor) as socket:
        ed = TextClient(socket, pad)
        await ed.open()
        await ed.edit((0, 0, "0😀34567"))
        with pytest.raises(RefusedError) as refused:
            await ed.edit(*edits)
        assert (refused.value.code, list(refused.value.problem["errors"])) == (400, [name])
        assert await stored(pad) == (1, "0😀34567")


async def test_a_text_beyond_its_limit_is_refused_in_both_dialects(
    socket_of: SocketOf, pad: Pad, owner: User, editor: User, yjs: YjsProcess, settings: Any
):
    settings.FOUNDRY_MAX_TEXT_BYTES = 10
    async with socket_of(owner) as one, socket_of(editor) as two:
        ed, mara = TextClient(one, pad), YjsPadClient(yjs, two, pad)
        await ed.open()
        await mara.open()
        await ed.edit((0, 0, "0123456789"))
        await mara.catch_up(1)
        mara.type((0, 0, "x"))
        assert await refusal_of(ed.edit((0, 0, "x"))) == (413, "payload_too_large")
        assert await refusal_of(mara.send()) == (413, "payload_too_large")
        assert await stored(pad) == (1, "0123456789")


async def test_more_than_thirty_cursors_a_second_are_refused(socket_of: SocketOf, pad: Pad, editor: User):
    async with socket_of(editor) as socket:
        await TextClient(socket, pad).open()
        given = {"pad_id": str(pad.id), "revision": 0, "anchor": 0, "head": 0}
        asked = [await socket.ask("pad.cursor", **given) for _ in range(60)]
        answers = await asyncio.gather(*(socket.answer(number) for number in asked), return_exceptions=True)
        refusals = {(each.code, each.problem["code"]) for each in answers if isinstance(each, RefusedError)}
        assert refusals == {(429, "rate_limited")}
        assert answers.count({}) >= 30


def test_the_same_over_rest(committed_world: World):
    world = committed_world
    pad, api = world.pad(), Api(world.people["ed"])
    session = members(api.post(f"projects/{world.project.id}/sessions/"))["session_id"]
    change: dict[str, Any] = {"session_id": session, "revision": 0}

    def sent(*edits: tuple[int, int, str], by: Api = api, to: Any = pad.id, **more: Any) -> tuple[int, str]:
        bodies = [{"pos": pos, "delete": delete, "insert": insert} for pos, delete, insert in edits]
        return problem(by.post(f"pads/{to}/edits/", {**change, "edits": bodies, **more}))

    good = (0, 0, "x")
    for wrong in ((1, 0, "x"), (0, 0, "\r"), (0, 0, "\0")):
        assert sent(wrong) == (400, "validation_failed")
    assert sent(good, revision=1) == (400, "validation_failed")
    assert sent(good, to=uuid4()) == (404, "not_found")
    for name, refusal in (("rae", (403, "permission_denied")), ("outsider", (404, "not_found"))):
        assert sent(good, by=Api(world.people[name])) == refusal
    close_pad(caller=world.caller("ed"), pad_id=pad.id)
    assert sent(good) == (409, "pad_closed")
    archive_project(caller=world.caller("olga"), project_id=world.project.id)
    assert sent(good) == (409, "project_frozen")
    assert Pad.objects.get(pk=pad.id).head == 0
