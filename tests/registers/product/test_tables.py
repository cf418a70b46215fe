"""Tables, columns, relations and views: made, changed, removed, and the same at two sites."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from kernel.errors import Conflict, DomainError, NotFound, ValidationFailed
from stages.registers import verbs
from stages.registers.schema import Column, Option, Relation
from tests.registers.product.desk import Desk


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.begin()
    return desk


def test_a_table_has_its_columns_in_order_and_the_key_first(desk: Desk) -> None:
    table = desk.schema.tables["requirements"]
    assert [each.name for each in table.columns] == ["key", "title", "prio", "due", "status", "body", "code"]
    assert table.key_column is not None
    assert table.key_column.unique
    assert [each.title for each in table.columns[4].options] == ["Open", "Done"]
    assert table.columns[1].traced
    assert table.columns[5].crdt


def test_a_table_that_is_made_at_two_sites_is_one() -> None:
    ids = itertools.count(1)
    one, other = Desk("A", ids), Desk("B", ids)
    for desk in (one, other):
        desk.do(verbs.create_table, "models", columns=[Column("name")])
    one.do(verbs.add_column, "models", Column("size", "integer"))
    other.do(verbs.add_column, "models", Column("size", "integer"))
    one.sync(other)
    assert one.schema == other.schema
    assert [each.name for each in one.schema.tables["models"].columns] == ["name", "size"]
    assert one.increment.state().conflicts == []


def test_options_that_two_sites_add_at_once_are_both_there(desk: Desk) -> None:
    other = Desk("B", desk.ids)
    desk.sync(other)
    for site, option in ((desk, "blocked"), (other, "wontfix")):
        options = (*site.schema.tables["requirements"].columns[4].options, Option(option, option.title()))
        site.do(verbs.change_column, "requirements", "status", {"options": options})
    desk.sync(other)
    assert {each.id for each in desk.schema.tables["requirements"].columns[4].options} >= {"blocked", "wontfix"}


def test_a_column_changes_and_its_values_stay(desk: Desk) -> None:
    record = desk.create(prio=2, status="open")
    desk.do(verbs.change_column, "requirements", "prio", {"type": "text", "title": "Priority", "traced": True})
    desk.do(verbs.change_column, "requirements", "status", {"options": (Option("done", "Finished"),)})
    table = desk.schema.tables["requirements"]
    assert (table.columns[2].type, table.columns[2].title, table.columns[2].traced) == ("text", "Priority", True)
    assert table.columns[4].options == (Option("done", "Finished"),)
    assert desk.shown(record)["prio"] == 2
    desk.do(verbs.change_column, "requirements", "prio", {"type": "integer", "traced": False})
    assert not desk.schema.tables["requirements"].columns[2].traced


def test_a_column_that_comes_back_has_its_values(desk: Desk) -> None:
    record = desk.create(prio=2)
    desk.do(verbs.remove_column, "requirements", "prio")
    assert desk.schema.column("requirements", "prio") is None
    with pytest.raises(ValidationFailed, match="prio"):
        desk.set(record, "prio", 3)
    desk.do(verbs.add_column, "requirements", Column("prio", "integer"))
    assert desk.shown(record)["prio"] == 2


def test_a_table_goes_and_comes_back_and_its_name_is_never_used_again(desk: Desk) -> None:
    record = desk.create(title="Pump stops")
    desk.do(verbs.remove_table, "requirements")
    with pytest.raises(NotFound, match="requirements"):
        desk.create(title="x")
    with pytest.raises(Conflict, match="Restore it"):
        desk.do(verbs.create_table, "requirements")
    desk.do(verbs.restore_table, "requirements")
    assert desk.shown(record)["title"] == "Pump stops"
    with pytest.raises(Conflict):
        desk.do(verbs.restore_table, "requirements")


def test_a_prefix_gives_keys_to_the_records_that_are_there(desk: Desk) -> None:
    records = [desk.create("risks", title=each) for each in ("a", "b")]
    desk.do(verbs.change_table, "risks", title="Risks", key_prefix="RSK")
    assert [desk.shown(each, "risks")["key"] for each in records] == ["RSK-1", "RSK-2"]
    assert desk.schema.tables["risks"].columns[0].name == "key"
    assert desk.shown(desk.create("risks"), "risks")["key"] == "RSK-3"


def test_relations_and_views(desk: Desk) -> None:
    relation = Relation("mitigates", "mitigates", "mitigated by", source="requirements", target="risks")
    desk.do(verbs.add_relation, relation)
    desk.do(verbs.change_relation, "mitigates", {"inverse": "reduced by", "properties": {"note": "text"}})
    found, outgoing = desk.schema.relations_of("risks")[0]
    assert (found.inverse, outgoing, dict(found.properties)) == ("reduced by", False, {"note": "text"})
    desk.do(verbs.save_view, "requirements", "Urgent", "filter=prio:is:1")
    desk.do(verbs.save_view, "requirements", "Urgent", "filter=prio:is:1&sort=key")
    assert [each.query for each in desk.schema.views_of("requirements")] == ["filter=prio:is:1&sort=key"]
    desk.do(verbs.remove_view, "requirements", "Urgent")
    desk.do(verbs.remove_relation, "mitigates")
    assert (desk.schema.views, desk.schema.relations) == ((), {})


WRONG: list[tuple[str, Any, tuple[Any, ...], dict[str, Any]]] = [
    ("validation_failed", verbs.create_table, ("foundry.table",), {}),
    ("validation_failed", verbs.create_table, ("a/b",), {}),
    ("validation_failed", verbs.create_table, ("a:b",), {}),
    ("validation_failed", verbs.create_table, ("",), {}),
    ("validation_failed", verbs.create_table, ("x" * 101,), {}),
    ("validation_failed", verbs.create_table, ("ok",), {"title": "x" * 300}),
    ("validation_failed", verbs.create_table, ("ok",), {"key_prefix": "R-"}),
    ("validation_failed", verbs.create_table, ("ok",), {"key_prefix": "req"}),
    ("validation_failed", verbs.create_table, ("ok",), {"columns": [Column("a", "money")]}),
    ("conflict", verbs.create_table, ("ok",), {"columns": [Column("a"), Column("a")]}),
    ("conflict", verbs.create_table, ("risks",), {}),
    ("not_found", verbs.change_table, ("nothing",), {}),
    ("not_found", verbs.remove_table, ("nothing",), {}),
    ("not_found", verbs.restore_table, ("nothing",), {}),
    ("not_found", verbs.add_column, ("nothing", Column("a")), {}),
    ("conflict", verbs.add_column, ("risks", Column("title")), {}),
    ("validation_failed", verbs.add_column, ("risks", Column("a", "integer", crdt=True)), {}),
    ("validation_failed", verbs.add_column, ("risks", Column("a", crdt=True, unique=True)), {}),
    ("validation_failed", verbs.add_column, ("risks", Column("a", "text", options=(Option("a", "A"),))), {}),
    ("validation_failed", verbs.add_column, ("risks", Column("a", "enum", options=(Option("a", "A"),) * 2)), {}),
    ("validation_failed", verbs.add_column, ("risks", Column("a", "entity-reference", target="nothing")), {}),
    ("validation_failed", verbs.add_column, ("risks", Column("-a")), {}),
    ("validation_failed", verbs.change_column, ("risks", "nothing", {}), {}),
    ("validation_failed", verbs.change_column, ("requirements", "body", {"type": "integer"}), {}),
    ("validation_failed", verbs.change_column, ("requirements", "body", {"crdt": False}), {}),
    ("validation_failed", verbs.change_column, ("requirements", "key", {"unique": False}), {}),
    ("validation_failed", verbs.remove_column, ("risks", "nothing"), {}),
    ("conflict", verbs.remove_column, ("requirements", "key"), {}),
    ("validation_failed", verbs.add_relation, (Relation("x", source="nothing"),), {}),
    ("validation_failed", verbs.add_relation, (Relation("x", properties={"confirmed": "text"}),), {}),
    ("not_found", verbs.change_relation, ("nothing", {}), {}),
    ("validation_failed", verbs.save_view, ("risks", "a", "x" * 5_000), {}),
    ("not_found", verbs.remove_view, ("risks", "nothing"), {}),
]


@pytest.mark.parametrize(("code", "verb", "args", "named"), WRONG)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    desk: Desk, code: str, verb: Any, args: Any, named: Any
) -> None:
    before = desk.increment.state().hash
    with pytest.raises(DomainError) as refused:
        desk.do(verb, *args, **named)
    assert refused.value.code == code
    assert desk.increment.state().hash == before


def test_any_records_make_a_schema_that_can_be_read(desk: Desk) -> None:
    for facet in ("foundry.table", "foundry.column", "foundry.relation", "foundry.saved_view"):
        for value in (None, 7, True, "banana", {"entity": desk.new_id()}):
            names = ("facet", "table", "name", "type", "title", "position", "option.a", "property.a", "crdt")
            desk.act(desk.acts.create(desk.new_id(), facet, dict.fromkeys(names, value)))
    assert "requirements" in desk.schema.tables
    assert desk.schema.tables["banana"].columns[0].type == "text"
