"""The events of the engine, at `/ws/rpc/{project_id}/`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from projects.models import Project
from stages.registers import verbs
from stages.registers.fold.payloads import AttachFacet, SetField
from stages.registers.services.overlays import create_overlay, stage
from stages.registers.services.records import Cell, merge
from stages.registers.storing.storage import PostgresStorage
from tests.gateway.client import Client, ClosedError
from tests.gateway.conftest import in_thread
from tests.registers.storing.foreign_site import ForeignSite, take_in
from tests.registers.storing.world import REQ, Desk

pytestmark = pytest.mark.usefixtures("node")
PATH = "/ws/rpc/{project}/"


@pytest.fixture
def desk(committed_db: None, project: Project, owner: User, caller_for: Callable[..., Any]) -> Desk:
    desk = Desk(project, caller_for(owner))
    desk.create_table()
    return desk


async def opened(project: Project, token: str) -> Client:
    socket = Client(project.id, token, path=PATH)
    await socket.connect()
    assert await socket.frame() == {"type": "connected"}
    return socket


async def test_records_and_conflicts(desk: Desk, project: Project, viewer: User, tokens: dict[UUID, str]) -> None:
    socket = await opened(project, tokens[viewer.id])
    one, other = await in_thread(desk.create, {"title": "a"}, {"title": "b"})
    changed = await socket.frame()
    assert changed == {"type": "records_changed", "table": REQ, "entity_ids": sorted([one, other])}
    await in_thread(partial(merge, caller=desk.caller, project_id=project.id, record=one, absorbed=other))
    frames = [await socket.frame() for _each in range(3)]
    assert {(each["type"], each.get("field")) for each in frames} == {
        ("records_changed", None),
        ("conflict_opened", "key"),
        ("conflict_opened", "title"),
    }
    await in_thread(desk.set, one, "title", "both")
    frames = [await socket.frame() for _each in range(2)]
    assert frames[1] == {"type": "conflict_resolved", "entity_id": one, "field": "title"}
    await in_thread(desk.write, lambda acts, schema: verbs.delete_records(acts, schema, [one]))
    deleted = await socket.frame()
    assert (deleted["type"], deleted["table"], one in deleted["entity_ids"]) == ("records_changed", REQ, True)
    await socket.leave()


async def test_what_comes_from_another_site(
    desk: Desk, project: Project, viewer: User, tokens: dict[UUID, str]
) -> None:
    (one,) = await in_thread(desk.create, {"title": "a"})
    seen = await in_thread(PostgresStorage(project.id).clock)
    await in_thread(desk.set, one, "title", "ours")
    socket = await opened(project, tokens[viewer.id])
    basel = ForeignSite(project.id)
    bundles = [
        basel.write([SetField(one, REQ, "title", "theirs")], seen=seen),
        basel.write([AttachFacet(one, "risks")]),
    ]
    await in_thread(partial(take_in, project_id=project.id, bundles=bundles, certificates=[basel.certificate]))
    frames = [await socket.frame() for _each in range(3)]
    assert frames == [
        {"type": "records_changed", "table": REQ, "entity_ids": [one]},
        {"type": "records_changed", "table": "risks", "entity_ids": [one]},
        {"type": "conflict_opened", "entity_id": one, "field": "title"},
    ]
    await socket.leave()


async def test_what_drifts_is_said_to_its_person(
    desk: Desk, project: Project, editor: User, tokens: dict[UUID, str], caller_for: Callable[..., Any]
) -> None:
    (record,) = await in_thread(desk.create, {"title": "a"})
    caller = await in_thread(caller_for, editor)
    named: dict[str, Any] = {"caller": caller, "project_id": project.id}
    overlay = await in_thread(partial(create_overlay, name="Draft", **named))
    cell = Cell(record, REQ, "title", "mine")
    await in_thread(partial(stage, verb=lambda acts, schema: verbs.set_fields(acts, schema, [cell]), **named))
    socket = await opened(project, tokens[editor.id])
    await in_thread(desk.set, record, "prio", 3)
    assert (await socket.frame())["type"] == "records_changed"
    await in_thread(desk.set, record, "title", "theirs")
    frames = [await socket.frame() for _each in range(2)]
    assert frames[1]["type"] == "overlay_drift"
    assert frames[1]["overlay_id"] == str(overlay.id)
    assert [(each["field"], each["canonical"]) for each in frames[1]["fields"]] == [("title", "theirs")]
    await socket.leave()


async def test_who_may_not_read_is_let_go(
    desk: Desk, project: Project, outsider: User, tokens: dict[UUID, str]
) -> None:
    socket = Client(project.id, tokens[outsider.id], path=PATH)
    await socket.connect()
    with pytest.raises(ClosedError):
        await socket.frame()


async def test_what_a_client_sends_is_ignored(
    desk: Desk, project: Project, viewer: User, tokens: dict[UUID, str]
) -> None:
    socket = await opened(project, tokens[viewer.id])
    for text in ("hello", "{}", '{"jsonrpc": "2.0", "id": 1, "method": "record.set"}'):
        await socket.send(text)
    await in_thread(desk.create, {"title": "a"})
    assert (await socket.frame())["type"] == "records_changed"
    await socket.leave()
