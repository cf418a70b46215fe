"""Acceptance cases of one site, through REST and pages: by their numbers, line by line."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.test import Client

from accounts.models import User
from audit.models import Event
from stages.registers.fold.signatures import verify
from stages.registers.models import Bundle
from tests.registers.api.world import Person, ed, people  # noqa: F401 (fixtures)


def browser_of(name: str) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(display_name=name))
    return browser


def test_a_table_and_a_record(people: dict[str, Person]) -> None:  # noqa: F811
    """Case 1."""
    ed = people["ed"]  # noqa: F811
    columns = [{"name": "title"}, {"name": "prio", "type": "integer"}, {"name": "due", "type": "date"}]
    ed.post("tables/", {"table": "requirements", "columns": columns})
    before = Event.objects.of_project(ed.project.id).filter(action="register.changed").count()
    made = ed.post("tables/requirements/records/", {"values": {"title": "Pump stops", "prio": 2}})
    history = ed.get(f"records/{made['records'][0]}/history/")["results"]
    assert [each["payload"]["type"] for each in reversed(history)] == ["CreateEntity", "AttachFacet"] + ["SetField"] * 2
    [row] = ed.get("tables/requirements/records/")["results"]
    assert (row["values"]["title"], row["values"]["prio"], row["values"]["due"]) == ("Pump stops", 2, None)
    assert Event.objects.of_project(ed.project.id).filter(action="register.changed").count() == before + 1
    bundle = Bundle.objects.get(bundle_id=made["bundle"]["bundle_id"])
    signed = [verify(bytes(bundle.actor_key), bytes(each.signature), each.text) for each in bundle.operations.all()]
    assert signed == [True] * 4


def test_a_cell_that_is_emptied_leaves_its_trace(ed: Person) -> None:  # noqa: F811
    """Case 9: by REST, a paste, a file, undo and the engine's route; by the grid's in `test_commands.py`."""

    def emptied(record: str) -> None:
        assert ed.values(record)["title"] is None
        newest = ed.get(f"records/{record}/history/")["results"][0]["payload"]
        assert (newest["type"], newest["field_name"], newest["value"]) == ("SetField", "title", None)
        page = browser_of("Ed").get(f"/projects/{ed.project.id}/registers/records/{record}/").content.decode()
        assert "Pump stops" in page, "the history says what it was"

    record = ed.create(title="Pump stops")
    ed.set(record, {"title": None})
    emptied(record)
    record = ed.create(title="Pump stops")
    cell = {"record": record, "table": "requirements", "field": "title", "text": "", "row": 1}
    ed.post("cells/", {"cells": [cell]})
    emptied(record)
    record = ed.create(title="Pump stops")
    key = ed.values(record)["key"]
    done = ed.post("import/", {"table": "requirements", "text": f"Key,title\n{key},\n"})
    assert done["changed"] == 1
    emptied(record)
    record = ed.create()
    ed.set(record, {"title": None})
    ed.set(record, {"title": "Pump stops"})
    ed.post("undo/")
    emptied(record)
    record = ed.create(title="Pump stops")
    body = {"entity_id": record, "table": "requirements", "fields": {"title": None}}
    assert ed.api.post(f"/api/rpc/{ed.project.id}/records/update", body).status_code == 200
    emptied(record)


def test_two_records_become_one_and_two_again(ed: Person) -> None:  # noqa: F811
    """Case 22."""
    about = {"name": "about", "type": "entity-reference", "target": "requirements"}
    ed.post("tables/risks/columns/", about)
    one, two = ed.create(title="S", prio=1), ed.create(title="A", code="C-2")
    risk = ed.create("risks", title="r", about={"entity": two})
    other = ed.create("risks", title="s", about={"entity": one})
    edges = {one: ed.link(one, other, type="mitigates"), two: ed.link(two, risk, type="mitigates")}
    ed.post(f"records/{one}/merge/", {"absorbed": two})
    [row] = ed.get("tables/requirements/records/")["results"]
    assert row["id"] == one
    assert "title" in row["conflicts"]
    [title] = [each for each in ed.get("conflicts/")["results"] if each["field"] == "title"]
    assert sorted(tip["value"] for tip in title["tips"]) == ["A", "S"]
    # The other one's address leads to it.
    assert ed.get(f"records/{two}/")["id"] == one
    answer = browser_of("Ed").get(f"/projects/{ed.project.id}/registers/records/{two}/", follow=True)
    assert answer.status_code == 200
    assert "REQ-1" in answer.content.decode()
    # Edges and references of both.
    assert {each["id"] for each in ed.get(f"edges/?record={one}")["results"]} == set(edges.values())
    shown = b"".join(ed.api.get(ed.path("export/?table=risks")).streaming_content).decode("utf-8-sig")
    keys = {line["about"] for line in csv.DictReader(io.StringIO(shown))}
    assert len(keys) == 1
    ed.set(one, {"title": "edited"})
    assert not [each for each in ed.get("conflicts/")["results"] if each["field"] == "title"]
    ed.post(f"records/{one}/split/", {"member": two})
    assert [ed.values(each)["title"] for each in (one, two)] == ["edited", "edited"]
    assert (ed.values(one)["prio"], ed.values(two)["code"]) == (1, "C-2")
    assert "code" not in ed.values(one)
    assert "prio" not in ed.values(two)
    for record, edge in edges.items():
        assert [each["id"] for each in ed.get(f"edges/?record={record}")["results"]] == [edge]


def test_the_matrix_of_twenty_requirements_and_its_file(ed: Person) -> None:  # noqa: F811
    """Case 43."""
    ed.post("tables/", {"table": "tests", "key_prefix": "TST", "columns": [{"name": "title"}]})
    ed.post("relations/", {"type": "verifies", "source": "tests", "target": "requirements"})
    rows = [{"title": f"Requirement {at}", "prio": 1} for at in range(20)]
    requirements = ed.post("tables/requirements/records/", {"rows": rows})["records"]
    tests = ed.post("tables/tests/records/", {"rows": [{"title": f"Test {at}"} for at in range(15)]})["records"]
    edges = [ed.link(tests[at % 15], requirements[at], type="verifies") for at in range(17)]
    address = "matrix/?rows=requirements&columns=tests&relation=verifies"

    def states() -> dict[str, str]:
        return {row["key"]: row["state"] for row in ed.get(address)["rows"]}

    assert [key for key, state in states().items() if state == "gap"] == ["REQ-18", "REQ-19", "REQ-20"]
    ed.set(requirements[0], {"title": "Changed"})
    ed.set(requirements[1], {"prio": 2})
    assert [key for key, state in states().items() if state == "suspect"] == ["REQ-1"]
    picture = ed.get(address)
    answer = browser_of("Ed").get(
        f"/projects/{ed.project.id}/registers/traceability/export/",
        {"rows": "requirements", "columns": "tests", "relation": "verifies"},
    )
    head, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head[3:-1] == [each["key"] for each in picture["columns"]]
    signs: dict[Any, str] = {True: "?", False: "x"}
    for line, row in zip(lines, picture["rows"], strict=True):
        marks = {mark["column"]: signs[mark["suspect"]] for mark in row["marks"]}
        assert (line[0], line[1]) == (row["key"], row["text"])
        assert line[3:-1] == [marks.get(each["record"], "") for each in picture["columns"]]
        assert line[-1].lower() == row["state"]
    ed.post("edges/confirm/", {"edges": [edges[0]]})
    assert "suspect" not in states().values()
