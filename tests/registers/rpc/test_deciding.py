"""Conflicts that are decided by the engine's route: between values, and what becomes of a record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from projects.models import Project
from stages.registers.fold.payloads import SetField
from stages.registers.storing.storage import PostgresStorage
from tests.registers.rpc.peer import Peer
from tests.registers.storing.foreign_site import ForeignSite
from tests.registers.storing.test_foreign import take
from tests.registers.storing.world import REQ, Desk
from tests.rest.client import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(project: Project, editor: Any, caller_for: Callable[..., Any]) -> Desk:
    desk = Desk(project, caller_for(editor))
    desk.create_table()
    return desk


def test_values_and_deletions_are_decided(ann: Desk) -> None:
    peer = Peer(Api(ann.caller.user), ann.project)
    first, second, third = ann.create({"title": "A"}, {"title": "B"}, {"title": "C"})
    seen = PostgresStorage(ann.project.id).clock()
    ann.set(first, "title", "mine")
    for record in (second, third):
        ann.write(lambda acts, schema: acts.delete(record))  # noqa: B023 (called at once)
    basel = ForeignSite(ann.project.id)
    writes = [SetField(first, REQ, "title", "theirs"), *(SetField(each, REQ, "prio", 2) for each in (second, third))]
    take(ann, basel.write(writes, seen=seen), site=basel)
    listed = peer.get("conflicts/list")["conflicts"]
    assert sorted(each["kind"] for each in listed) == ["deleted_changed", "deleted_changed", "field"]
    body = {"entity_id": first, "table": REQ, "field": "title", "value": "decided"}
    assert peer.refused("conflicts/resolve", {**body, "tips": [second]})["status"] == 409
    peer.call("conflicts/resolve", **body)
    by_record = {each["entity_id"]: each["id"] for each in listed}
    for wrong in ({"choice": "keep"}, {"conflict": by_record[second]}, {"conflict": by_record[second], "choice": "x"}):
        assert peer.refused("conflicts/resolve", wrong)["status"] == 400
    for record, choice in ((second, "keep"), (third, "delete")):
        peer.call("conflicts/resolve", conflict=by_record[record], choice=choice)
        assert peer.refused("conflicts/resolve", {"conflict": by_record[record], "choice": choice})["status"] == 409
    assert {each["entity_id"] for each in peer.list_records(REQ)} == {first, second}
    assert peer.get("conflicts/list")["conflicts"] == []
    unknown = {"conflict": "01900000-0000-7000-8000-00000000ffff", "choice": "keep"}
    assert peer.refused("conflicts/resolve", unknown)["status"] == 404
