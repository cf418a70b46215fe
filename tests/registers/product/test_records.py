"""Records and cells: what people write, and what is refused with the row and column that is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.errors import Conflict, DomainError, NotFound, PayloadTooLarge, StaleBase, ValidationFailed
from stages.registers import verbs
from stages.registers.fold.effects import Field
from stages.registers.fold.payloads import AttachFacet, CreateEntity, SetField
from stages.registers.schema import Column
from stages.registers.schema.keys import find_duplicates
from tests.registers.product.desk import Desk

NOBODY = "01900000-0000-7000-8000-00000000ffff"


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.begin()
    return desk


def test_a_record_is_one_bundle(desk: Desk) -> None:
    """Case 1."""
    record = desk.create("risks", title="Pump stops", prio=2)
    newest = desk.storage.lacking({})[-1]
    assert [type(each.payload) for each in newest.operations] == [CreateEntity, AttachFacet, SetField, SetField]
    assert desk.shown(record, "risks") == {"title": "Pump stops", "prio": 2}


def test_keys_go_on_and_those_of_deleted_records_are_not_used_again(desk: Desk) -> None:
    first, second = desk.create(title="a"), desk.create(title="b")
    assert [desk.shown(each)["key"] for each in (first, second)] == ["REQ-1", "REQ-2"]
    desk.do(verbs.delete_records, [second])
    assert desk.shown(desk.create(title="c"))["key"] == "REQ-3"
    assert desk.shown(desk.create(key="REQ-10"))["key"] == "REQ-10"
    assert desk.shown(desk.create())["key"] == "REQ-11"


def test_many_rows_get_keys_in_their_order(desk: Desk) -> None:
    records = desk.do(verbs.create_records, "requirements", [{"title": "a"}, {"key": "REQ-7"}, {"title": "c"}])
    assert [desk.shown(each)["key"] for each in records] == ["REQ-8", "REQ-7", "REQ-9"]


@pytest.mark.parametrize(
    ("name", "value"), [("prio", "high"), ("prio", 2**53), ("title", "a\0"), ("title", "\ud800"), ("status", "gone")]
)
def test_a_wrong_value_names_its_column(desk: Desk, name: str, value: Any) -> None:
    """Case 2."""
    record = desk.create()
    before = desk.increment.state().hash
    for attempt in (lambda: desk.set(record, name, value), lambda: desk.create(**{name: value})):
        with pytest.raises(ValidationFailed) as refused:
            attempt()
        assert list(refused.value.errors) == [name]
    with pytest.raises(PayloadTooLarge):
        desk.set(record, "title", "x" * 70_000)
    assert desk.increment.state().hash == before


def test_shared_texts_and_plain_values_are_not_mixed(desk: Desk) -> None:
    """Case 4."""
    record = desk.create()
    with pytest.raises(ValidationFailed, match="body"):
        desk.set(record, "body", "x")
    with pytest.raises(ValidationFailed, match="title"):
        desk.do(verbs.type_text, desk_field(record, "title"), "x")
    desk.do(verbs.type_text, desk_field(record, "body"), "Pump stops.")
    desk.do(verbs.type_text, desk_field(record, "body"), "The pump stops.")
    assert desk.shown(record)["body"] == "The pump stops."


def desk_field(record: str, name: str) -> Field:
    return Field(record, "requirements", name)


def test_fields_of_what_is_not_there(desk: Desk) -> None:
    """Case 5."""
    record = desk.create()
    desk.do(verbs.delete_records, [record])
    for missing in (record, NOBODY, desk.schema.tables["risks"].entity):
        with pytest.raises(NotFound):
            desk.set(missing, "title", "x")
    with pytest.raises(Conflict):
        desk.set(desk.create("risks"), "title", "x")
    with pytest.raises(NotFound, match="nothing"):
        desk.set(desk.create(), "title", "x", facet="nothing")


def test_a_stale_cell_names_three_values(desk: Desk) -> None:
    """Case 6."""
    record = desk.create(title="was")
    base = desk.tips(record, "title")
    desk.set(record, "title", "x", base=base)
    with pytest.raises(StaleBase) as refused:
        desk.set(record, "title", "y", base=base)
    extra = refused.value.extra
    assert (extra["base"], extra["theirs"], extra["yours"]) == ("was", "x", "y")
    assert extra["tips"] == list(desk.tips(record, "title"))
    desk.set(record, "title", "y", base=desk.tips(record, "title"))
    empty = desk.create()
    desk.set(empty, "title", "first", base=())
    with pytest.raises(StaleBase):
        desk.set(empty, "title", "second", base=())


def test_an_emptied_cell_leaves_an_operation(desk: Desk) -> None:
    """Case 9."""
    record = desk.create(title="was")
    desk.set(record, "title", "", typed=True)
    payload = desk.storage.lacking({})[-1].operations[0].payload
    assert payload == SetField(record, "requirements", "title", None)
    assert desk.shown(record)["title"] is None


def test_a_deleted_record_comes_back_with_its_links(desk: Desk) -> None:
    """Case 8."""
    record, others = desk.create(title="a"), [desk.create("risks") for _ in range(3)]
    edges = [desk.link(record, each, "mitigates") for each in others]
    before = desk.shown(record)
    desk.do(verbs.delete_records, [record])
    assert not any(edge.shown for _id, edge in desk.storage.edges.items())
    with pytest.raises(NotFound):
        desk.do(verbs.delete_records, [record])
    desk.do(verbs.restore_records, [record])
    assert desk.shown(record) == before
    assert {each.id for _id, each in desk.storage.edges.items() if each.shown} == set(edges)
    with pytest.raises(Conflict):
        desk.do(verbs.restore_records, [record])


def test_what_is_typed_into_many_cells_is_one_bundle(desk: Desk) -> None:
    records = [desk.create() for _ in range(3)]
    cells = [verbs.Cell(each, "requirements", "due", "11 Dec 2026", typed=True) for each in records]
    desk.do(verbs.set_fields, cells)
    assert {desk.shown(each)["due"] for each in records} == {"2026-12-11"}
    assert desk.storage.lacking({})[-1].header.count == 3


def test_a_bad_row_of_a_paste_is_named_and_nothing_is_written(desk: Desk) -> None:
    """Case 39."""
    rows = [verbs.Row({"title": f"t{at}", "due": "2026-12-11"}, typed=True) for at in range(1, 1001)]
    rows[616] = verbs.Row({"title": "t617", "due": "mid-January"}, typed=True)
    before = desk.increment.state().hash
    with pytest.raises(ValidationFailed, match="Row 617, due"):
        desk.do(verbs.write_rows, "requirements", rows)
    assert desk.increment.state().hash == before
    rows[616] = verbs.Row({"title": "t617", "due": "1 Jan 2027"}, typed=True)
    records = desk.do(verbs.write_rows, "requirements", rows)
    assert desk.shown(records[616])["due"] == "2027-01-01"
    assert desk.undo() is not None
    assert not any(desk.record(each).alive for each in records)


def test_a_paste_changes_rows_and_adds_some(desk: Desk) -> None:
    record = desk.create(title="a")
    base = {"title": desk.tips(record, "title")}
    rows = [
        verbs.Row({"title": "b", "body": "Long"}, record=record, typed=True, bases=base),
        verbs.Row({"title": "c", "body": "Text"}, typed=True),
    ]
    records = desk.do(verbs.write_rows, "requirements", rows)
    assert [desk.shown(each)["title"] for each in records] == ["b", "c"]
    assert [desk.shown(each)["body"] for each in records] == ["Long", "Text"]
    with pytest.raises(StaleBase):
        desk.do(verbs.write_rows, "requirements", rows)


def test_all_problems_are_counted(desk: Desk) -> None:
    rows = [{"prio": "high", "due": "x"} for _ in range(200)]
    with pytest.raises(ValidationFailed) as refused:
        desk.do(verbs.create_records, "requirements", rows)
    assert refused.value.extra["problem_count"] == 400
    assert "rows.1.due" in refused.value.errors
    assert "399" in refused.value.detail


def test_unique_values(desk: Desk) -> None:
    first = desk.create(code="A")
    other = desk.create(code="B")
    for attempt in (
        lambda: desk.set(other, "code", "A"),
        lambda: desk.create(code="A"),
        lambda: desk.create(key="REQ-1"),
        lambda: desk.write_checked([SetField(other, "requirements", "code", "A")]),
    ):
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.extra["record"] == first
    with pytest.raises(ValidationFailed, match=r"Row 2, code"):
        desk.do(verbs.create_records, "requirements", [{"code": "C"}, {"code": "C"}])
    cells = [verbs.Cell(first, "requirements", "code", "B"), verbs.Cell(other, "requirements", "code", "A")]
    desk.do(verbs.set_fields, cells)
    assert [desk.shown(each)["code"] for each in (first, other)] == ["B", "A"]


def test_a_record_in_two_tables(desk: Desk) -> None:
    record = desk.create("risks", title="a")
    desk.do(verbs.attach, record, "requirements", {"title": "b"})
    assert desk.shown(record) == {"key": "REQ-1", "title": "b"}
    with pytest.raises(Conflict):
        desk.do(verbs.attach, record, "requirements")
    desk.do(verbs.detach, record, "requirements")
    with pytest.raises(Conflict):
        desk.do(verbs.detach, record, "requirements")
    with pytest.raises(Conflict, match="Delete it"):
        desk.do(verbs.detach, record, "risks")


def test_merged_records_are_one_until_they_are_split(desk: Desk) -> None:
    """Case 22."""
    one, other, third = desk.create(title="S"), desk.create(title="A", prio=3), desk.create(title="T")
    desk.link(other, third, "refines")
    desk.do(verbs.merge, one, other)
    assert [each.field for each in desk.record(one).conflicts if each.kind == "field"] == ["key", "title"]
    assert desk.record(other).id == one
    assert desk.shown(one)["prio"] == 3
    for verb in (verbs.merge,):
        with pytest.raises(Conflict):
            desk.do(verb, one, other)
    desk.set(other, "title", "one")
    assert desk.shown(one)["title"] == "one"
    desk.do(verbs.split_back, one, other)
    assert [desk.shown(each)["title"] for each in (one, other)] == ["one", "one"]
    assert [desk.shown(other).get("prio"), desk.shown(one).get("prio")] == [3, None]
    edge = next(edge for _id, edge in desk.storage.edges.items())
    assert edge.facts.source == other
    with pytest.raises(Conflict):
        desk.do(verbs.split_back, one, third)


def test_a_merged_record_is_deleted_and_restored_as_one(desk: Desk) -> None:
    one, other = desk.create(title="a"), desk.create(title="b")
    desk.do(verbs.merge, one, other)
    desk.do(verbs.delete_records, [other])
    assert not desk.record(one).alive
    desk.do(verbs.restore_records, [other])
    assert desk.record(one).facts.members == tuple(sorted([one, other]))


def test_a_table_of_a_record_is_split_off(desk: Desk) -> None:
    record = desk.create("risks", title="a")
    desk.do(verbs.attach, record, "requirements", {"title": "b"})
    new = desk.do(verbs.split_off, record, ["requirements"])
    assert desk.shown(new)["title"] == "b"
    assert list(desk.record(record).fields) == ["risks"]
    with pytest.raises(Conflict, match="split off"):
        desk.do(verbs.attach, record, "requirements")
    with pytest.raises(Conflict, match="Nothing would be left"):
        desk.do(verbs.split_off, record, ["risks"])
    with pytest.raises(NotFound):
        desk.do(verbs.split_off, record, ["nothing"])


def test_references_lead_somewhere(desk: Desk) -> None:
    desk.do(verbs.add_column, "requirements", Column("cause", "entity-reference", target="risks"))
    desk.do(verbs.add_column, "requirements", Column("same", "text", reference=True))
    risk, record = desk.create("risks", title="a"), desk.create()
    desk.set(record, "cause", {"entity": risk})
    reference = {"reference": {"entity_id": risk, "facet_type": "risks", "field_name": "title"}}
    desk.set(record, "same", reference)
    for name, value in (
        ("cause", {"entity": NOBODY}),
        ("cause", {"entity": record}),
        ("cause", risk),
        ("same", "text"),
        ("same", {"reference": {"entity_id": risk, "facet_type": "risks", "field_name": "nothing"}}),
    ):
        with pytest.raises(ValidationFailed) as refused:
            desk.set(record, name, value)
        assert list(refused.value.errors) == [name]


def test_two_sites_give_a_key_twice_and_one_gets_the_next(desk: Desk) -> None:
    other = Desk("B", desk.ids)
    desk.sync(other)
    first, second = desk.create(title="a"), other.create(title="b")
    desk.sync(other)
    found = find_duplicates(desk.storage, desk.schema, [first])
    assert [(each.field, each.value, each.records) for each in found] == [
        ("key", "REQ-1", tuple(sorted([first, second])))
    ]
    desk.do(verbs.next_free_key, second, "requirements")
    assert desk.shown(second)["key"] == "REQ-2"
    assert find_duplicates(desk.storage, desk.schema, [first, second]) == []


def test_ten_thousand_and_one_payloads(desk: Desk) -> None:
    with pytest.raises(PayloadTooLarge):
        desk.do(verbs.create_records, "risks", [{"title": "a"}] * 10_001)
    with pytest.raises(PayloadTooLarge):
        desk.write_checked([CreateEntity(desk.new_id())] * 10_001)


def test_records_of_the_schema_are_no_records_of_people(desk: Desk) -> None:
    entity = desk.schema.tables["risks"].entity
    for verb, args in ((verbs.delete_records, ([entity],)), (verbs.merge, (entity, desk.create()))):
        with pytest.raises(DomainError) as refused:
            desk.do(verb, *args)
        assert refused.value.code == "not_found"
