"""The schema is kept in memory, and is never another one than its records make up."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from projects.models import Project
from stages.registers import verbs
from stages.registers.fold.ids import COLUMN, TABLE
from stages.registers.models import Mapping
from stages.registers.schema import Column, Relation, Schema, stored
from stages.registers.schema.stored import stored_schema
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage
from tests.registers.fold.network import Network, random_steps
from tests.registers.storing.world import REQ, Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(project: Project, editor: Any, caller_for: Callable[..., Any]) -> Desk:
    return Desk(project, caller_for(editor))


def opened(project: Project) -> PostgresStorage:
    storage = PostgresStorage(project.id)
    storage.open()
    return storage


def kept(project: Project) -> Schema:
    """The schema, which has to be what its records make up."""
    found = stored_schema(opened(project))
    assert found == Schema.read(PostgresStorage(project.id), str(project.id))
    return found


def test_a_schema_is_put_together_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.create_table()
    first = kept(desk.project)
    (record,) = desk.create({"title": "a"})
    desk.set(record, "title", "b")
    monkeypatch.setattr(stored, "Schema", None)
    assert stored_schema(opened(desk.project)) is first


def test_every_change_of_the_schema_is_seen(desk: Desk) -> None:
    desk.create_table()
    assert [each.name for each in kept(desk.project).tables[REQ].columns] == ["key", "title", "prio"]
    desk.write(lambda acts, schema: verbs.add_column(acts, schema, REQ, Column("area")))
    assert "area" in {each.name for each in kept(desk.project).tables[REQ].columns}
    desk.write(lambda acts, schema: verbs.change_column(acts, schema, REQ, "area", {"title": "Where"}))
    assert kept(desk.project).column(REQ, "area").label == "Where"  # type: ignore[union-attr]
    desk.write(lambda acts, schema: verbs.remove_column(acts, schema, REQ, "area"))
    assert kept(desk.project).column(REQ, "area") is None
    desk.undo()
    assert kept(desk.project).column(REQ, "area") is not None
    relation = Relation("verifies", "verifies", "verified by", source=REQ, target=REQ)
    desk.write(lambda acts, schema: verbs.add_relation(acts, schema, relation))
    assert set(kept(desk.project).relations) == {"verifies"}
    desk.write(lambda acts, schema: verbs.save_view(acts, schema, REQ, "All", "sort=title"))
    assert [each.name for each in kept(desk.project).views] == ["All"]
    desk.write(lambda acts, schema: verbs.remove_table(acts, schema, REQ))
    assert kept(desk.project).table(REQ) is None


def test_what_is_not_written_yet_is_not_kept(desk: Desk) -> None:
    desk.create_table()
    before = kept(desk.project)
    net = Network(1)
    net.begin()
    increment = StoredIncrement(PostgresStorage(desk.project.id))
    assert increment.storage.schema_print is not None
    increment.add(net.bundles[0])
    assert increment.storage.schema_print is None
    assert kept(desk.project) == before


def test_a_schema_whose_own_fields_are_mapped_is_not_kept(desk: Desk) -> None:
    desk.create_table()
    assert opened(desk.project).schema_print is not None
    write = ["0" * 24, *[str(uuid7())] * 4, True, False, False]
    pair = {"facet_a": COLUMN, "field_a": "title", "facet_b": TABLE, "field_b": "title"}
    Mapping.objects.create(project=desk.project, confirmed=True, write=write, **pair)
    assert opened(desk.project).schema_print is None
    kept(desk.project)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_sites_do(project: Project, seed: int) -> None:
    net = Network(3)
    net.begin()
    for step in random_steps(random.Random(seed), 40):
        net.step(step)
    for bundle in net.bundles:
        increment = StoredIncrement(PostgresStorage(project.id))
        increment.add(bundle)
        increment.storage.flush()
        kept(project)
