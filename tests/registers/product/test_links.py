"""Links, mappings and decisions."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.errors import Conflict, DomainError, NotFound, ValidationFailed
from stages.registers import verbs
from stages.registers.fold.effects import Field
from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.fold.payloads import CreateOrderedEdge, RebalanceOrderedEdges
from stages.registers.schema import Column, Relation
from tests.registers.product.desk import Desk


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.begin()
    desk.do(verbs.add_relation, Relation("contains", ordered=True))
    relation = Relation("mitigates", source="requirements", target="risks", properties={"weight": "integer"})
    desk.do(verbs.add_relation, relation)
    return desk


def apart(desk: Desk) -> Desk:
    """Another site with all that this one has."""
    other = Desk("B", desk.ids)
    desk.sync(other)
    return other


def test_a_link_with_properties(desk: Desk) -> None:
    one, risk = desk.create(), desk.create("risks")
    edge = desk.link(one, risk, "mitigates", properties={"weight": 3})
    desk.do(verbs.set_properties, edge, {"weight": 4})
    found = desk.storage.edges.get(edge)
    assert found is not None
    assert found.properties == {"weight": 4}
    desk.do(verbs.confirm_links, [edge])
    desk.do(verbs.unlink, [edge])
    with pytest.raises(NotFound):
        desk.do(verbs.unlink, [edge])
    with pytest.raises(NotFound):
        desk.do(verbs.confirm_links, [edge])


def test_links_that_cannot_be(desk: Desk) -> None:
    one, risk = desk.create(), desk.create("risks")
    desk.link(one, risk, "mitigates")
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("conflict", {"source": one, "target": risk, "type_": "mitigates"}),
        ("conflict", {"source": one, "target": one, "type_": "contains"}),
        ("not_found", {"source": one, "target": desk.new_id(), "type_": "contains"}),
        ("validation_failed", {"source": risk, "target": one, "type_": "mitigates"}),
        ("validation_failed", {"source": one, "target": risk, "type_": "a:b"}),
        ("validation_failed", {"source": desk.create(), "target": risk, "type_": "mitigates", "properties": {"x": 1}}),
        (
            "validation_failed",
            {"source": desk.create(), "target": risk, "type_": "mitigates", "properties": {"weight": "heavy"}},
        ),
    ]
    for code, named in wrong:
        with pytest.raises(DomainError) as refused:
            desk.do(verbs.link, desk.new_id(), **named)
        assert refused.value.code == code, named


@pytest.mark.parametrize("index", ["", "a-", "a0 ", "a" * 5_000, "b"])
def test_an_index_that_is_none(desk: Desk, index: str) -> None:
    """Case 33."""
    one, other = desk.create(), desk.create()
    with pytest.raises(ValidationFailed, match="index"):
        desk.link(one, other, "contains", index=index)
    edge = desk.link(one, other, "contains", index="a0")
    with pytest.raises(ValidationFailed, match="index"):
        desk.do(verbs.move, edge, index=index)


def test_two_sites_insert_at_one_place(desk: Desk) -> None:
    """Case 30."""
    parent, children = desk.create(), [desk.create() for _ in range(8)]
    edges = [desk.link(parent, each, "contains") for each in children[:5]]
    other = apart(desk)
    mine = desk.link(parent, children[5], "contains", at=2)
    theirs = other.link(parent, children[6], "contains", at=2)
    desk.sync(other)
    present = [each.id for each in desk.acts.siblings(parent, "contains")]
    assert present[:2] + present[4:] == edges
    assert set(present[2:4]) == {mine, theirs}
    between = desk.link(parent, children[7], "contains", at=3)
    desk.sync(other)
    found = desk.acts.siblings(parent, "contains")
    assert [each.id for each in found] == [*present[:3], between, *present[3:]]
    assert [each.id for each in other.acts.siblings(parent, "contains")] == [each.id for each in found]
    indexes = [each.index or "" for each in found]
    assert indexes == sorted(set(indexes))
    newest = [type(each.payload) for each in desk.storage.lacking({})[-1].operations]
    assert newest == [RebalanceOrderedEdges, CreateOrderedEdge]


def test_a_thousand_insertions_at_one_place(desk: Desk) -> None:
    """Case 31."""
    parent, children = desk.create(), [desk.create() for _ in range(3)]
    for each in children[:2]:
        desk.link(parent, each, "contains")
    edge = desk.link(parent, children[2], "contains", at=1)
    for at in range(1000):
        desk.act(verbs.move(desk.acts, desk.schema, edge, at=1 + at % 2))
    assert max(len(each.index or "") for each in desk.acts.siblings(parent, "contains")) <= 200
    desk.act(verbs.move(desk.acts, desk.schema, edge, at=0))
    assert desk.acts.siblings(parent, "contains")[0].id == edge


def test_mapped_fields_are_one_until_that_is_taken_back(desk: Desk) -> None:
    """Case 27."""
    values = [("same", "same"), ("one", "other"), ("filled", None)]
    records = []
    for title, risk in values:
        record = desk.create(title=title)
        desk.do(verbs.attach, record, "risks", {"title": risk} if risk else {})
        records.append(record)
    one, other = ("requirements", "title"), ("risks", "title")
    preview = verbs.preview_mapping(desk.acts, desk.schema, one, other)
    assert (preview.records, preview.equal, preview.differ, preview.filled) == (3, 1, 1, 1)
    assert (one, other) in verbs.suggest_mappings(desk.acts, desk.schema)
    desk.do(verbs.confirm_mapping, one, other)
    assert (one, other) not in verbs.suggest_mappings(desk.acts, desk.schema)
    with pytest.raises(Conflict):
        desk.do(verbs.confirm_mapping, other, one)
    assert [each.subject for each in desk.increment.state().conflicts] == [records[1]]
    assert desk.shown(records[2], "risks")["title"] == "filled"
    desk.set(records[0], "title", "both", facet="risks")
    assert desk.storage.lacking({})[-1].header.count == 2
    assert desk.shown(records[0])["title"] == "both"
    desk.do(verbs.confirm_mapping, one, other, confirmed=False)
    assert [desk.shown(records[0], facet)["title"] for facet in ("requirements", "risks")] == ["both", "both"]
    assert desk.shown(records[2], "risks")["title"] == "filled"
    with pytest.raises(Conflict):
        desk.do(verbs.confirm_mapping, one, other, confirmed=False)


def test_mappings_that_cannot_be(desk: Desk) -> None:
    for code, one, other in (
        ("not_found", ("nothing", "title"), ("risks", "title")),
        ("validation_failed", ("requirements", "nothing"), ("risks", "title")),
        ("validation_failed", ("requirements", "title"), ("risks", "prio")),
        ("validation_failed", ("requirements", "body"), ("risks", "title")),
        ("validation_failed", ("requirements", "title"), ("requirements", "code")),
        ("conflict", ("risks", "title"), ("risks", "title")),
    ):
        with pytest.raises(DomainError) as refused:
            desk.do(verbs.confirm_mapping, one, other)
        assert refused.value.code == code


def test_a_decision_names_what_its_person_saw(desk: Desk) -> None:
    """Case 17."""
    record = desk.create(status="open")
    other = apart(desk)
    field = Field(record, "requirements", "title")
    desk.set(record, "title", "mine")
    other.set(record, "title", "theirs")
    desk.sync(other)
    seen = desk.tips(record, "title")
    desk.set(record, "prio", 1)
    third = apart(desk)
    third.name = "C"
    with pytest.raises(Conflict) as refused:
        desk.do(verbs.resolve_conflict, field, "x", seen[:1])
    assert refused.value.extra["tips"] == list(seen)
    with pytest.raises(ValidationFailed):
        desk.do(verbs.resolve_conflict, field, 7, seen)
    desk.do(verbs.resolve_conflict, field, None, seen)
    assert desk.shown(record)["title"] is None
    assert desk.record(record).conflicts == ()
    with pytest.raises(Conflict, match="decided already"):
        desk.do(verbs.resolve_conflict, field, "x", desk.tips(record, "title"))
    desk.sync(other)
    assert other.record(record).conflicts == ()


def test_what_one_deleted_and_another_changed_is_kept_or_deleted(desk: Desk) -> None:
    """Case 19."""
    for choice, lives in (("keep", True), ("delete", False)):
        record = desk.create(title="a")
        other = apart(desk)
        other.site_key = other.site_key[:-1] + str(int(lives))
        desk.do(verbs.delete_records, [record])
        other.set(record, "title", "b")
        desk.sync(other)
        [conflict] = desk.record(record).conflicts
        assert conflict.kind == "deleted_changed"
        desk.do(verbs.decide, conflict, choice)
        desk.sync(other)
        for site in (desk, other):
            assert site.record(record).alive is lives
            assert site.record(record).conflicts == ()
        with pytest.raises((Conflict, NotFound)):
            desk.do(verbs.decide, conflict, choice)


@pytest.mark.parametrize("choice", ["merge", "split"])
@pytest.mark.parametrize("first", [True, False])
def test_what_one_joined_and_another_split_is_decided(desk: Desk, choice: str, first: bool) -> None:
    one, member = desk.create(title="a"), desk.create(title="b")
    desk.do(verbs.merge, one, member)
    other = apart(desk)
    other.now_ms = desk.now_ms + (100 if first else -100)
    desk.do(verbs.split_back, one, member)
    other.do(verbs.split_back, one, member)
    other.do(verbs.merge, one, member)
    desk.sync(other)
    [clash] = [each for each in desk.increment.state().conflicts if each.kind == "split_merged"]
    desk.do(verbs.decide, clash, choice)
    desk.sync(other)
    for site in (desk, other):
        assert not [each for each in site.increment.state().conflicts if each.kind == "split_merged"]
        assert (site.record(one).id == site.record(member).id) is (choice == "merge")
    with pytest.raises(Conflict):
        desk.do(verbs.decide, clash, choice)


def test_properties_of_links_stand_side_by_side_too(desk: Desk) -> None:
    edge = desk.link(desk.create(), desk.create("risks"), "mitigates")
    other = apart(desk)
    desk.do(verbs.set_properties, edge, {"weight": 1})
    other.do(verbs.set_properties, edge, {"weight": 2})
    desk.sync(other)
    found = desk.storage.edges.get(edge)
    assert found is not None
    assert [each.kind for each in found.conflicts] == ["field"]
    tips = [tip.op_id for tip in found.facts.tips["weight"]]
    desk.do(verbs.resolve_conflict, Field(edge, f"{EDGE_PREFIX}mitigates", "weight"), 3, tips)
    found = desk.storage.edges.get(edge)
    assert found is not None
    assert (found.properties["weight"], found.conflicts) == (3, ())


def test_a_detached_table_that_somebody_changed_is_kept_or_not(desk: Desk) -> None:
    for at, (choice, tables) in enumerate((("keep", {"requirements", "risks"}), ("delete", {"risks"}))):
        record = desk.create("risks", title="a")
        desk.do(verbs.attach, record, "requirements")
        other = apart(desk)
        other.site_key = other.site_key[:-1] + str(at)
        desk.do(verbs.detach, record, "requirements")
        other.set(record, "title", "b")
        desk.sync(other)
        [conflict] = [each for each in desk.record(record).conflicts if each.kind == "detached_changed"]
        desk.do(verbs.decide, conflict, choice)
        assert set(desk.record(record).fields) == tables
        assert desk.record(record).conflicts == ()


def test_an_unknown_column_is_no_column_of_a_relation(desk: Desk) -> None:
    with pytest.raises(ValidationFailed, match="x"):
        desk.do(verbs.change_relation, "mitigates", {"x": 1})
    assert Column("a").label == "a"
