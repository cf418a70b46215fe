"""Hooks add to a bundle until none has anything to add; system facets are written by their own app."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from kernel.errors import Conflict, PermissionDenied
from stages.registers import catalogue, hooks
from stages.registers.checking import check_payloads
from stages.registers.fold.bundles import Sourced
from stages.registers.fold.payloads import AttachFacet, CreateEntity, Payload, SetField
from stages.registers.fold.refreshing import Changes
from stages.registers.schema import Column, Schema
from tests.registers.fold.writing import PROJECT
from tests.registers.product.desk import Desk


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.begin()
    return desk


def run(desk: Desk, payloads: Sequence[Payload]) -> list[Sourced]:
    """Run the hooks as a write does: each round on a copy of the state with all payloads so far."""

    def write_of(found: Sequence[Sourced]) -> hooks.Write:
        scratch = Desk("A", desk.ids)
        for bundle in desk.storage.lacking({}):
            scratch.receive(bundle)
        scratch.head, scratch.now_ms = desk.head, desk.now_ms
        before = {record.id: record for record in scratch.records}
        scratch.act([payload for payload, _source in found])
        changed = Changes(records={each.id for each in scratch.records if before.get(each.id) != each})
        schema = Schema.read(scratch.storage, PROJECT)
        return hooks.Write(None, PROJECT, found, scratch.increment, schema, changed)

    return hooks.run(write_of, [(each, None) for each in payloads])


def close_urgent(write: hooks.Write, changes: Changes) -> Iterable[Payload]:
    for each in sorted(changes.records):
        record = write.increment.storage.records.get(each)
        shown = record.fields.get("requirements", {}) if record else {}
        if "prio" in shown and shown["prio"].value == 1 and "status" not in shown:
            yield from write.acts.set_field(each, "requirements", "status", "open")


def test_what_a_hook_answers_joins_the_bundle(desk: Desk) -> None:
    record = desk.create()
    payloads = desk.acts.set_field(record, "requirements", "prio", 1)
    with hooks.HOOKS.replaced({"urgent": hooks.WriteHook(close_urgent)}):
        found = run(desk, payloads)
    assert [payload for payload, _source in found] == [
        SetField(record, "requirements", "prio", 1),
        SetField(record, "requirements", "status", "open"),
    ]
    with hooks.HOOKS.replaced({}):
        assert len(run(desk, payloads)) == 1


def test_hooks_that_do_not_end_refuse_the_bundle(desk: Desk) -> None:
    def more(write: hooks.Write, changes: Changes) -> Iterable[Payload]:
        yield CreateEntity(desk.new_id())

    def many(write: hooks.Write, changes: Changes) -> Iterable[Payload]:
        return [CreateEntity(desk.new_id())] * 1_001

    for hook in (more, many):
        with hooks.HOOKS.replaced({"hook": hooks.WriteHook(hook)}), pytest.raises(Conflict, match="in a row"):
            run(desk, [CreateEntity(desk.new_id())])


def test_a_hook_may_refuse(desk: Desk) -> None:
    def refuse(write: hooks.Write, changes: Changes) -> Iterable[Payload]:
        raise Conflict("Not now.")

    with hooks.HOOKS.replaced({"hook": hooks.WriteHook(refuse)}), pytest.raises(Conflict, match="Not now"):
        run(desk, [CreateEntity(desk.new_id())])


def test_a_hook_of_a_table_is_called_where_that_is_touched(desk: Desk) -> None:
    called = []

    def note(write: hooks.Write, changes: Changes) -> Iterable[Payload]:
        called.append(len(write.payloads))
        return ()

    risk, record = desk.create("risks"), desk.create()
    with hooks.HOOKS.replaced({}):
        hooks.on_write("risks", note, tables=("risks",))
        run(desk, desk.acts.set_field(record, "requirements", "prio", 1))
        assert called == []
        run(desk, desk.acts.set_field(risk, "risks", "prio", 1))
        run(desk, desk.acts.delete(record))
    assert called == [1, 1]


def test_a_system_facet_is_written_by_its_own_app(desk: Desk) -> None:
    with catalogue.FACETS.replaced({}):
        catalogue.define("automation.rule", [Column("name")])
        entity = desk.new_id()
        facet = "automation.rule"
        payloads = [CreateEntity(entity), AttachFacet(entity, facet), SetField(entity, facet, "name", "r1")]
        with pytest.raises(PermissionDenied):
            check_payloads(desk.increment, desk.schema, payloads)
        check_payloads(desk.increment, desk.schema, payloads, system={facet})
        assert catalogue.is_system(facet)
    assert not catalogue.is_system("automation.rule")
