"""Shared texts over the project's socket: what one types the others get, with carets."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from projects.models import Project
from stages.registers.models import Row
from stages.registers.schema import Column
from tests.gateway.client import Client, RefusedError
from tests.gateway.conftest import SocketOf, in_thread
from tests.registers.storing.world import REQ, Desk
from tests.registers.texts.typist import Typist

pytestmark = pytest.mark.usefixtures("node")


@pytest.fixture
def record(committed_db: None, project: Project, editor: User, caller_for: Callable[..., Any]) -> str:
    desk = Desk(project, caller_for(editor))
    desk.create_table(columns=(Column("title"), Column("body", crdt=True)))
    return desk.create({"title": "Pump stops"})[0]


async def open_in(socket: Client, place: dict[str, Any]) -> Typist:
    return Typist.of(await socket.call("record.text", **place))


async def frame_of(socket: Client, method: str) -> dict[str, Any]:
    return await socket.notification(lambda each: each["method"] == method)


async def test_what_one_types_the_others_get(
    socket_of: SocketOf, record: str, project: Project, owner: User, editor: User, viewer: User
) -> None:
    place = {"record": record, "facet": REQ, "field": "body"}
    async with socket_of(owner) as one, socket_of(editor) as two, socket_of(viewer) as three:
        ann, ben = await open_in(one, place), await open_in(two, place)
        assert (await three.call("record.text", **place))["writer"] is None
        delta = b64encode(ann.type("Close the valve.")).decode()
        answer = await one.call("record.type", **place, writer=ann.writer, delta=delta)
        for socket in (two, three):
            frame = await frame_of(socket, "record.typed")
            assert frame | {"user": {}} == {
                **place,
                "writer": ann.writer,
                "user": {},
                "delta": delta,
                "bundle": answer["bundle"],
            }
            assert frame["user"]["id"] == str(owner.id)
        ben.take(b64decode(delta))
        assert ben.text == "Close the valve."
        row = await in_thread(Row.objects.get, project=project, record=record)
        assert row.shown["body"] == "Close the valve."

        await two.call("record.caret", **place, writer=ben.writer, anchor="AAA=", head="AAA=")
        caret = await frame_of(one, "record.caret")
        assert (caret["writer"], caret["anchor"], caret["user"]["id"]) == (ben.writer, "AAA=", str(editor.id))
        with pytest.raises(RefusedError) as refused:
            await one.call("record.caret", **place, writer=ben.writer, anchor=None, head=None)
        assert refused.value.problem["code"] == "permission_denied"


@pytest.mark.parametrize("delta", ["?", "AAA", b64encode(b"\xff" * 9).decode()])
async def test_what_is_no_delta_is_refused(socket_of: SocketOf, record: str, editor: User, delta: str) -> None:
    place = {"record": record, "facet": REQ, "field": "body"}
    async with socket_of(editor) as socket:
        typist = await open_in(socket, place)
        with pytest.raises(RefusedError) as refused:
            await socket.call("record.type", **place, writer=typist.writer, delta=delta)
        assert refused.value.problem["code"] == "validation_failed"
        with pytest.raises(RefusedError) as refused:
            await socket.call("record.text", **place, state_vector=delta)
        assert refused.value.problem["code"] == "validation_failed"
