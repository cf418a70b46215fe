"""Changes of records in proposals, beside those of texts: staged, reviewed, accepted as one bundle."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from kernel.errors import Conflict, Drifted, PermissionDenied, ValidationFailed
from proposals.drift import contents_now, items_of_changes, movements
from stages.registers.catalogue import FACETS, SystemFacet
from stages.registers.fold.ids import TABLE, schema_id
from stages.registers.fold.payloads import AttachFacet, CreateEntity
from stages.registers.fold.signatures import verify
from stages.registers.models import Bundle, Operation
from stages.registers.proposing.labels import label_of
from stages.registers.proposing.targets import RecordTarget, read_target
from stages.registers.schema import Column, Schema
from stages.registers.storing.storage import PostgresStorage
from stages.registers.verbs import limits
from stages.registers.verbs.finding import make_id
from tests.proposals.conftest import World, changed, new_world
from tests.registers.storing.world import REQ, Desk
from tests.rest.client import Api, members

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return new_world()


@pytest.fixture
def desk(world: World) -> Desk:
    desk = Desk(world.project, world.caller("ed"))
    desk.create_table()
    return desk


def field(record: str, name: str) -> str:
    return f"record:field/{record}/{REQ}/{name}"


def test_records_and_texts_are_accepted_together(world: World, desk: Desk) -> None:
    (record,) = desk.create({"title": "Pump stops", "prio": 1})
    new = make_id()
    proposal = world.open(
        {
            "prompt_text": changed(line_8="eight"),
            field(record, "title"): {"value": "Pump stops at once"},
            f"record:record/{new}": True,
            f"record:facet/{new}/{REQ}": True,
            field(new, "title"): {"value": "Alarm"},
        }
    )
    before = Bundle.objects.count()
    world.accept(proposal, "mara", message="Both")
    assert Bundle.objects.count() == before + 1
    assert desk.value(record, "title") == "Pump stops at once"
    assert desk.value(new, "title") == "Alarm"
    assert world.current().version_number == 2
    event = Event.objects.of_project(world.project.id).filter(action="register.changed").last()
    assert event is not None
    assert (event.actor_id, event.record["reason"]) == (world.people["mara"].id, "Both")
    newest = Bundle.objects.latest("arrival")
    for each in Operation.objects.filter(bundle=newest):
        assert verify(bytes(newest.actor_key), bytes(each.signature), each.text)


def test_what_has_changed_since_refuses_the_whole(world: World, desk: Desk) -> None:
    (record,) = desk.create({"title": "Pump stops", "prio": 1})
    proposal = world.open({field(record, "title"): {"value": "Mine"}, "prompt_text": changed(line_8="eight")})
    desk.set(record, "prio", 2)
    desk.set(record, "title", "Theirs")
    with pytest.raises(Drifted):
        world.accept(proposal)
    assert desk.value(record, "title") == "Theirs"
    assert world.current().version_number == 1


def test_what_does_not_fit_refuses_the_whole(world: World, desk: Desk) -> None:
    (record,) = desk.create({"title": "Pump stops"})
    for name, value in (("prio", "high"), ("none", 1)):
        proposal = world.open({field(record, name): {"value": value}})
        with pytest.raises((ValidationFailed, Conflict)):
            world.accept(proposal)
    assert desk.value(record, "prio") is None


@pytest.mark.parametrize(
    ("target", "value"),
    [
        ("record:field/1/requirements/title", {"value": "x"}),
        ("record:nothing/x", True),
        ("record:record/0190a000-0000-7000-8000-000000000001", "yes"),
        ("record:field/0190a000-0000-7000-8000-000000000001/requirements/title", "bare"),
        ("record:field/0190a000-0000-7000-8000-000000000001/requirements/title", {"value": float("1e400")}),
        ("record:edge/0190a000-0000-7000-8000-000000000001", {"type": None}),
        ("record:text/0190a000-0000-7000-8000-000000000001/requirements/body", "a\0"),
        ("record:split/0190a000-0000-7000-8000-000000000001/0190a000-0000-7000-8000-000000000002", 7),
    ],
)
def test_what_is_no_change_of_records_is_not_staged(world: World, target: str, value: Any) -> None:
    with pytest.raises(ValidationFailed):
        world.stage({target: value})


def test_rest_shows_how_fields_differ(world: World, desk: Desk) -> None:
    (record,) = desk.create({"title": "Pump stops"})
    proposal = world.open({field(record, "title"): {"value": "Pump stops at once"}})
    client = Api(world.people["mara"])
    found = members(client.get(f"proposals/{proposal.id}/compare/"))
    (difference,) = found["fields"]
    assert (difference["field"], difference["change"]) == (field(record, "title"), "changed")


def test_the_pages_show_changes_of_records(world: World, desk: Desk) -> None:
    (record,) = desk.create({"title": "Pump stops"})
    proposal = world.open({field(record, "title"): {"value": "Pump stops at once"}})
    client = Client()
    client.force_login(world.people["mara"])
    page = client.get(f"/projects/{world.project.id}/proposals/{proposal.number}/")
    assert page.status_code == 200
    text = page.content.decode()
    assert re.search(r"\w of (REQ-1|Pump stops) in \w", text)
    assert f"of record {record[-8:]}" not in text
    assert "at once" in text
    assert client.get(f"/projects/{world.project.id}/proposals/").status_code == 200


def test_targets_are_spelled_in_one_way() -> None:
    target = RecordTarget("field", ("x", "a table/of", "ü%"))
    assert read_target(str(target)) == target
    for wrong in ("field/x/a", "field/x/a%2fb/c", "", "record/", "none/x"):
        assert read_target(wrong) is None
        assert label_of(wrong) == wrong
    assert label_of(str(target)) == "ü% of record x in a table/of"


def test_drift_is_seen_by_value(world: World, desk: Desk) -> None:
    (record,) = desk.create({"title": "Pump stops"})
    proposal = world.stage({field(record, "title"): {"value": "Mine"}})
    items = items_of_changes(proposal.changes.all())
    desk.set(record, "title", "Theirs")
    now = contents_now(world.project.id, [each.now_key for each in items])
    assert [each.choices for each in movements(items, now)] == [1]
    desk.set(record, "title", "Pump stops")
    now = contents_now(world.project.id, [each.now_key for each in items])
    assert [each.choices for each in movements(items, now)] == [0]


def test_a_proposal_does_not_reach_records_of_the_program(world: World, desk: Desk) -> None:
    rule, (record,) = make_id(), desk.create({"title": "Pump stops"})
    edge: dict[str, Any] = {"type": None, "source": record, "target": rule, "index": None, "properties": {}}
    wanted: dict[str, Any] = {
        f"record:record/{rule}": False,
        f"record:merge/{record}/{rule}": True,
        f"record:facet/{rule}/tests.rule": False,
        f"record:edge/{make_id()}": edge,
    }
    with FACETS.replaced({"tests.rule": SystemFacet("tests.rule", (Column("name"),))}):
        desk.write([CreateEntity(rule), AttachFacet(rule, "tests.rule")], system={"tests.rule"})
        for target, value in wanted.items():
            with pytest.raises(PermissionDenied):
                world.accept(world.open({target: value}))


def test_a_proposal_makes_no_more_tables_than_there_may_be(
    world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = schema_id(str(world.project.id), TABLE, "risks")
    changes: dict[str, Any] = {
        f"record:record/{table}": True,
        f"record:facet/{table}/{TABLE}": True,
        f"record:field/{table}/{TABLE}/facet": {"value": "risks"},
    }
    monkeypatch.setitem(limits._MOST, "tables", 1)
    with pytest.raises(Conflict, match="at most 1 tables"):
        world.accept(world.open(changes))
    monkeypatch.undo()
    # What is there already stays, and can be changed.
    world.accept(world.open(changes))
    monkeypatch.setitem(limits._MOST, "tables", 1)
    world.accept(world.open({f"record:field/{table}/{TABLE}/title": {"value": "Risks"}}))
    schema = Schema.read(PostgresStorage(world.project.id), str(world.project.id))
    assert (sorted(schema.tables), schema.tables["risks"].title) == ([REQ, "risks"], "Risks")
