"""Cells and records over the project's socket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from projects.models import Project
from stages.registers.models import Operation, Row
from stages.registers.schema import Column
from tests.gateway.client import RefusedError
from tests.gateway.conftest import SocketOf, in_thread
from tests.registers.storing.world import REQ, Desk

pytestmark = pytest.mark.usefixtures("node")
COLUMNS = (Column("title"), Column("prio", "integer"), Column("due", "date"), Column("body", crdt=True))


@pytest.fixture
def record(committed_db: None, project: Project, editor: User, caller_for: Callable[..., Any]) -> str:
    desk = Desk(project, caller_for(editor))
    desk.create_table(columns=COLUMNS)
    return desk.create({"title": "Pump stops"})[0]


def place(record: str, field: str = "title") -> dict[str, Any]:
    return {"record": record, "facet": REQ, "field": field}


async def test_a_cell_is_set_and_a_stale_one_is_refused(socket_of: SocketOf, record: str, owner: User) -> None:
    """Case 6."""
    async with socket_of(owner) as one, socket_of(owner) as two:
        first = await one.call("record.set", **place(record), text="x")
        assert (first["value"], first["text"]) == ("x", "x")
        changed = await two.event("register.changed")
        assert record in changed["data"]["records"]
        second = await one.call("record.set", **place(record), value="y", base=first["tips"])
        with pytest.raises(RefusedError) as refused:
            await two.call("record.set", **place(record), value="z", base=first["tips"])
        problem = refused.value.problem
        assert (problem["code"], problem["base"], problem["theirs"], problem["yours"]) == ("stale_base", "x", "y", "z")
        assert (problem["theirs_text"], problem["tips"]) == ("y", second["tips"])


async def test_a_cell_that_is_emptied_leaves_its_operation(socket_of: SocketOf, record: str, owner: User) -> None:
    """Case 9: what the grid's Delete sends."""
    async with socket_of(owner) as socket:
        done = await socket.call("record.set", **place(record), text="")
        assert (done["value"], done["text"]) == (None, "")
        newest = await in_thread(Operation.objects.filter(entity=record).latest, "id")
        assert (newest.kind, newest.field, str(newest.op_id)) == ("SetField", "title", done["tips"][0])


async def test_many_cells_are_one_bundle(socket_of: SocketOf, record: str, owner: User) -> None:
    async with socket_of(owner) as socket:
        cells = [
            {**place(record, "due"), "text": "11 Dec 2026", "row": 1},
            {**place(record, "prio"), "value": 3, "row": 1},
        ]
        ref = str(uuid4())
        done = await socket.call("record.set", cells=cells, client_ref=ref)
        assert [(each["value"], each["text"]) for each in done["cells"]] == [("2026-12-11", "11 Dec 2026"), (3, "3")]
        assert (await socket.call("record.set", cells=cells, client_ref=ref))["bundle_id"] == done["bundle_id"]
        with pytest.raises(RefusedError) as refused:
            await socket.call("record.set", cells=[{**cells[0], "row": 617, "text": "mid-January"}])
        assert list(refused.value.problem["errors"]) == ["rows.617.due"]


async def test_records_are_made_and_deleted(socket_of: SocketOf, record: str, project: Project, owner: User) -> None:
    async with socket_of(owner) as socket:
        texts = {"due": "12 Dec 2026", "body": "Long"}
        made = await socket.call("record.create", facet=REQ, values={"title": "New"}, texts=texts)
        assert made["key"] == "REQ-2"
        row = await in_thread(Row.objects.get, project=project, record=made["record"])
        assert row.shown == {"key": "REQ-2", "title": "New", "due": "2026-12-12", "body": "Long"}
        await socket.call("record.delete", records=[record, made["record"]])
        assert not await in_thread(Row.objects.filter(project=project, facet=REQ).exists)


async def test_bad_input(socket_of: SocketOf, record: str, owner: User, viewer: User) -> None:
    nobody = "01900000-0000-7000-8000-00000000ffff"
    wrong: list[tuple[str, str, dict[str, Any]]] = [
        ("validation_failed", "record.set", {}),
        ("validation_failed", "record.set", place(record)),
        ("validation_failed", "record.set", {**place(record), "value": 1, "text": "x"}),
        ("validation_failed", "record.set", {**place(record), "value": 1, "cells": []}),
        ("validation_failed", "record.set", {**place(record, "prio"), "value": "high"}),
        ("validation_failed", "record.set", {**place(record, "body"), "value": "x"}),
        ("validation_failed", "record.set", {**place(record, "body"), "text": "x"}),
        ("validation_failed", "record.set", {**place(record, "nothing"), "value": 1}),
        ("validation_failed", "record.set", {**place(record), "value": "a\0"}),
        ("validation_failed", "record.set", {**place(record), "text": "a\0"}),
        ("payload_too_large", "record.set", {**place(record), "value": "x" * 70_000}),
        ("not_found", "record.set", {**place(nobody), "value": "x"}),
        ("not_found", "record.set", {**place(record), "facet": "nothing", "value": "x"}),
        ("not_found", "record.create", {"facet": "nothing"}),
        ("validation_failed", "record.create", {"facet": REQ, "values": {"nothing": 1}}),
        ("not_found", "record.delete", {"records": [nobody]}),
        ("invalid_params", "record.delete", {"records": []}),
    ]
    async with socket_of(owner) as socket, socket_of(viewer) as watching:
        for code, method, params in wrong:
            with pytest.raises(RefusedError) as refused:
                await socket.call(method, **params)
            assert refused.value.problem["code"] in (code, "validation_failed"), (method, params)
            if code != "invalid_params":
                assert refused.value.problem["code"] == code, (method, params)
        with pytest.raises(RefusedError) as refused:
            await watching.call("record.set", **place(record), value="x")
        assert refused.value.problem["code"] == "permission_denied"
