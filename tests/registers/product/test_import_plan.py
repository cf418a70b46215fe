"""What the look at a file says: record by record, links, what does not fit, and in how many bundles it is written."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.errors import ValidationFailed
from stages.registers import verbs
from stages.registers.exchange import plan as plans
from stages.registers.exchange.importing import plan_import
from stages.registers.exchange.parsing import decode, parse_sheet
from stages.registers.exchange.plan import ImportPlan, Part, read_part
from stages.registers.exchange.writing import csv_of
from stages.registers.schema import Column, Relation
from tests.registers.product.desk import Desk


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.begin()
    relation = Relation("mitigates", "mitigates", "mitigated by", source="requirements", target="hazards")
    desk.do(verbs.create_table, "hazards", title="Hazards", key_prefix="HAZ", columns=[Column("title")])
    desk.do(verbs.add_relation, relation)
    desk.do(verbs.add_relation, Relation("refines", "refines", "refined by", "", "requirements", "requirements", True))
    return desk


def look(desk: Desk, text: str, facet: str = "requirements", **named: Any) -> ImportPlan:
    return plan_import(desk.acts, desk.schema, facet, parse_sheet(text), **named)


def links(desk: Desk) -> set[tuple[str, str, str | None]]:
    edges = [edge for _id, edge in desk.storage.edges.items() if edge.shown]
    keys = {
        each.id: each.fields[facet]["key"].value
        for _id, each in desk.storage.records.items()
        for facet in ("requirements", "hazards")
        if facet in each.fields
    }
    return {(keys[each.facts.source], keys[each.facts.target], each.facts.ends.type) for each in edges}


def test_the_look_names_each_record_with_old_and_new(desk: Desk) -> None:
    desk.create(title="Pump stops", due="2026-12-11", prio=1)
    found = look(desk, "Key,title,due,prio\nREQ-1,Pump halts,,1\nREQ-99,Typo,,\n")
    changed, new = found.rows
    assert (changed.label, changed.is_changed, new.is_new, new.label) == ("REQ-1", True, True, "Typo")
    assert [(each.title, each.before, each.after) for each in changed.cells] == [
        ("title", "Pump stops", "Pump halts"),
        ("due", "11 Dec 2026", ""),
    ]
    assert (found.emptied, found.new_keys) == (1, ["REQ-99"])


def test_a_key_that_is_there_twice_is_refused(desk: Desk) -> None:
    desk.create(title="a")
    found = look(desk, "Key,title\nREQ-1,b\n,x\nREQ-1,c\nREQ-7,d\nREQ-7,e\n")
    assert [(each.row, each.title, each.value) for each in found.problems] == [(4, "Key", "REQ-1"), (6, "Key", "REQ-7")]
    assert "row 2" in found.problems[0].message
    assert found.payloads == ()


def test_what_is_wrong_is_quoted_under_the_title_of_its_column(desk: Desk) -> None:
    desk.do(verbs.change_column, "requirements", "prio", {"title": "Priority"})
    found = look(desk, "title,Priority\na,high,extra\n")
    assert [(each.row, each.column, each.title, each.value) for each in found.problems] == [
        (2, "", "", "extra"),
        (2, "prio", "Priority", "high"),
    ]


def test_links_of_a_file_are_made_and_none_is_removed(desk: Desk) -> None:
    desk.create("hazards", title="Free flow")
    desk.create("hazards", title="Air")
    first = desk.create(title="a")
    desk.link(first, desk.create(title="b"), "refines")
    found = look(desk, 'Key,Mitigates,Refines\nREQ-1,"HAZ-1, HAZ-2",\n,HAZ-1,REQ-1; REQ-2\nREQ-9,,REQ-2\n')
    assert (found.problem_count, found.links, found.changed, found.created) == (0, 6, 1, 2)
    desk.write_checked(found.payloads)
    assert links(desk) == {
        ("REQ-1", "REQ-2", "refines"),
        ("REQ-1", "HAZ-1", "mitigates"),
        ("REQ-1", "HAZ-2", "mitigates"),
        ("REQ-10", "HAZ-1", "mitigates"),
        ("REQ-10", "REQ-1", "refines"),
        ("REQ-10", "REQ-2", "refines"),
        ("REQ-9", "REQ-2", "refines"),
    }
    again = look(desk, 'Key,Mitigates\nREQ-1,"HAZ-1, HAZ-2"\n')
    assert (again.unchanged, again.links, again.payloads) == (1, 0, ())


def test_rows_of_a_file_may_link_to_one_another(desk: Desk) -> None:
    found = look(desk, 'Key,title,Refined by\nREQ-5,a,"REQ-6,REQ-7"\nREQ-6,b,\nREQ-7,c,\n')
    desk.write_checked(found.payloads)
    assert links(desk) == {("REQ-6", "REQ-5", "refines"), ("REQ-7", "REQ-5", "refines")}


def test_links_that_lead_nowhere_are_problems(desk: Desk) -> None:
    desk.create(title="a")
    found = look(desk, "Key,Mitigates,Refines\nREQ-1,HAZ-9,REQ-1\n")
    assert [(each.row, each.title, each.value) for each in found.problems] == [
        (2, "Mitigates", "HAZ-9"),
        (2, "Refines", "REQ-1"),
    ]


def test_what_was_exported_is_unchanged_whatever_its_columns_are(desk: Desk) -> None:
    blob = {"blake3": "0" * 64, "name": "report.pdf", "size": 3, "media_type": "application/pdf"}
    desk.do(verbs.add_column, "requirements", Column("report", "blob-reference"))
    desk.do(verbs.add_column, "requirements", Column("risk", "entity-reference", target="risks"))
    risk = desk.create("risks", title="Air, or foam")
    record = desk.create(title="a\r\nb", report=blob, risk={"entity": risk}, due="2026-12-11")
    desk.do(verbs.change_column, "requirements", "due", {"type": "integer"})
    table = desk.schema.tables["requirements"]
    text = b"".join(csv_of(table, [desk.shown(record)], name=lambda _record: "Air, or foam")).decode("utf-8-sig")
    found = look(desk, text)
    assert [(each.title, each.message) for each in found.problems] == []
    assert (found.unchanged, found.payloads) == (1, ())
    changed = look(desk, text.replace("report.pdf", "other.pdf"))
    assert [(each.title, each.value) for each in changed.problems] == [("report", "other.pdf")]


def test_a_large_file_is_written_in_parts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "PART_OPERATIONS", 9)
    desk.create("hazards", title="Air")
    desk.create(title="old")
    rows = [",new 1,", "REQ-1,changed,HAZ-1", "REQ-4,new 2,HAZ-1", ",new 3,HAZ-1", "REQ-3,new 4,"]
    text = "Key,title,Mitigates\n" + "\n".join(rows) + "\n"
    whole = look(desk, text)
    assert whole.problem_count == 0
    assert len(whole.parts) > 2
    assert whole.parts[-1].kind == "links"
    for part in whole.parts:
        assert read_part(str(part)) == part
        found = look(desk, text, part=part)
        assert (found.problem_count, len(found.payloads) <= 9) == (0, True)
        if part.digest:
            assert found.digest == part.digest
        desk.write_checked(found.payloads)
    titles = {
        shown["key"].value: shown["title"].value
        for _id, each in desk.storage.records.items()
        if (shown := each.fields.get("requirements"))
    }
    assert titles == {"REQ-1": "changed", "REQ-4": "new 2", "REQ-3": "new 4", "REQ-5": "new 1", "REQ-6": "new 3"}
    assert {(one, other) for one, other, _type in links(desk)} == {
        ("REQ-1", "HAZ-1"),
        ("REQ-4", "HAZ-1"),
        ("REQ-6", "HAZ-1"),
    }


def test_a_part_is_known_by_what_was_there_before(desk: Desk) -> None:
    record = desk.create(title="old")
    text = "Key,title\nREQ-1,new\nREQ-2,other\n"
    before = look(desk, text).digest
    desk.set(record, "prio", 3)
    assert look(desk, text).digest == before
    desk.set(record, "title", "somebody's")
    assert look(desk, text).digest != before
    after = look(desk, text).digest
    desk.create(title="REQ-2 by somebody")
    assert look(desk, text).digest != after


@pytest.mark.parametrize("written", ["", "all", "all-1", "some-0-1-ab", "rows-0-1-zz", "rows-0-99999999-"])
def test_what_is_no_part(written: str) -> None:
    assert read_part(written) is None
    assert read_part(str(Part(0, 3))) == Part(0, 3)


@pytest.mark.parametrize("content", [b"PK\x03\x04....", b"\xd0\xcf\x11\xe0\xa1\xb1"])
def test_a_workbook_is_called_one(content: bytes) -> None:
    with pytest.raises(ValidationFailed) as refused:
        decode(content)
    assert "CSV UTF-8" in str(refused.value.errors)
