"""Writing registers: one bundle, one event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from audit.models import Event
from kernel.errors import (
    Conflict,
    NotFound,
    PayloadTooLarge,
    PermissionDenied,
    ProjectFrozen,
    ReadOnlyToken,
    StaleBase,
    ValidationFailed,
)
from projects.models import Project, Status
from projects.services import update_project
from stages.registers import hooks
from stages.registers.fold.definition import replay
from stages.registers.fold.payloads import CreateEntity, SetField
from stages.registers.fold.signatures import verify
from stages.registers.keys import own_site_key
from stages.registers.models import ActorKey, Bundle, Operation
from stages.registers.services import preview, undo
from stages.registers.storing.storage import PostgresStorage
from tests.registers.storing.world import REQ, Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(project: Project, editor: Any, caller_for: Callable[..., Any]) -> Desk:
    desk = Desk(project, caller_for(editor))
    desk.create_table()
    return desk


@pytest.fixture
def ben(project: Project, owner: Any, caller_for: Callable[..., Any]) -> Desk:
    return Desk(project, caller_for(owner))


def events(project: Project) -> list[Event]:
    return list(Event.objects.of_project(project.id).filter(action="register.changed"))


def test_a_record_is_one_bundle_with_one_event_and_verified_signatures(ann: Desk) -> None:
    """Case 1."""
    before = len(events(ann.project))
    (record,) = ann.create({"title": "Pump stops", "prio": 2})
    assert (ann.value(record, "title"), ann.value(record, "prio"), ann.value(record, "key")) == (
        "Pump stops",
        2,
        "REQ-1",
    )
    (event,) = events(ann.project)[before:]
    bundle = Bundle.objects.get(hash=bytes.fromhex(event.data["bundle"]))
    operations = list(bundle.operations.order_by("position"))
    assert [each.kind for each in operations] == ["CreateEntity", "AttachFacet", *["SetField"] * 3]
    assert (event.data["records"], event.data["tables"], event.data["count"]) == ([record], [REQ], 5)
    for each in operations:
        assert verify(bytes(bundle.actor_key), bytes(each.signature), each.text)
    assert bytes(bundle.site_key) == own_site_key()


def test_c10_who_may_not_write_does_not(ann: Desk, viewer: Any, outsider: Any, caller_for: Callable[..., Any]) -> None:
    for person, error in ((viewer, PermissionDenied), (outsider, NotFound)):
        with pytest.raises(error):
            Desk(ann.project, caller_for(person)).create({"title": "A"})
        assert not ActorKey.objects.filter(user=person).exists()
    with pytest.raises(ReadOnlyToken):
        Desk(ann.project, replace(ann.caller, is_read_only=True)).create({"title": "A"})
    Project.objects.filter(pk=ann.project.pk).update(status=Status.FROZEN)
    with pytest.raises(ProjectFrozen):
        ann.create({"title": "A"})


def test_c06_without_its_event_nothing_is_written(ann: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (record,) = ann.create({"title": "A"})
    count = Operation.objects.count()

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no event")

    # After everything else was written.
    monkeypatch.setattr("stages.registers.services.duplicates.Duplicates.write", broken)
    with pytest.raises(RuntimeError):
        ann.set(record, "title", "B")
    assert (Operation.objects.count(), ann.value(record, "title")) == (count, "A")
    monkeypatch.undo()
    monkeypatch.setattr("projects.writing.record", broken)
    with pytest.raises(RuntimeError):
        ann.set(record, "title", "B")
    assert (Operation.objects.count(), ann.value(record, "title")) == (count, "A")


def test_the_same_request_gets_the_same_answer(ann: Desk) -> None:
    record = str(uuid7())
    desk = Desk(ann.project, replace(ann.caller, client_ref=uuid7()))
    first = desk.write([CreateEntity(record)])
    again = desk.write([CreateEntity(record)])
    assert (again.repeated, first.repeated) == (True, False)
    assert (again.bundle_id, again.hash, again.op_ids) == (first.bundle_id, first.hash, first.op_ids)


@pytest.mark.parametrize(
    ("value", "field"),
    [("high", "prio"), (2**53, "prio"), ("x\x00", "title"), ("\ud800", "title"), ("x" * 70_000, "title")],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(ann: Desk, value: Any, field: str) -> None:
    (record,) = ann.create({"title": "A", "prio": 1})
    count = Operation.objects.count()
    for payloads in (
        [SetField(record, REQ, field, value)],
        [SetField(record, REQ, "title", "B"), SetField(record, REQ, field, value)],
    ):
        with pytest.raises((ValidationFailed, PayloadTooLarge)):
            ann.write(payloads)
    assert Operation.objects.count() == count
    assert ann.value(record, "title") == "A"


def test_too_many_payloads_are_refused(ann: Desk) -> None:
    with pytest.raises(PayloadTooLarge):
        ann.write([CreateEntity(str(uuid7())) for _ in range(10_001)])


def test_a_stale_base_is_refused_with_the_three_values(ann: Desk, ben: Desk) -> None:
    """Case 6."""
    (record,) = ann.create({"title": "A"})
    payload = [SetField(record, REQ, "title", "x")]
    first = ann.set(record, "title", "B")
    ben.write(payload, base=first.op_ids)
    with pytest.raises(StaleBase) as error:
        ann.write([SetField(record, REQ, "title", "y")], base=first.op_ids)
    assert (error.value.extra["base"], error.value.extra["theirs"], error.value.extra["yours"]) == ("B", "x", "y")


def test_hooks_join_the_bundle_and_may_refuse_it(ann: Desk) -> None:
    def hook(write: hooks.Write, changed: Any) -> Any:
        for each in changed.records:
            record = write.increment.storage.records.get(each)
            shown = record.fields.get(REQ, {}) if record else {}
            if "prio" in shown and shown["prio"].value == 13:
                raise Conflict("No.")
            if "title" in shown and "prio" not in shown:
                yield (SetField(each, REQ, "prio", 3), {"rule": "prio"})

    hooks.on_write("test", hook)
    try:
        (record,) = ann.create({"title": "A"})
        assert ann.value(record, "prio") == 3
        assert '"source":{"rule":"prio"}' in Operation.objects.order_by("-id")[0].text
        count = Operation.objects.count()
        with pytest.raises(Conflict, match="No"):
            ann.set(record, "prio", 13)
        tried = preview(caller=ann.caller, project_id=ann.project.id, payloads=[SetField(record, REQ, "title", "C")])
        assert tried.changes.records == {record}
        assert Operation.objects.count() == count
    finally:
        hooks.HOOKS._entries.pop("test")


def test_what_is_written_is_what_the_definition_says(ann: Desk, ben: Desk) -> None:
    first, second = ann.create({"title": "A", "prio": 1}, {"title": "B"})
    ben.write(lambda acts, schema: acts.merge(first, second))
    ann.set(first, "title", "C")
    undo(caller=ben.caller, project_id=ann.project.id)
    state = ann.state()
    assert state.hash == replay(PostgresStorage(ann.project.id).by_range()).hash
    assert not state.conflicts
    chain = Bundle.objects.filter(project=ann.project).order_by("number")
    assert [each.number for each in chain] == list(range(1, len(chain) + 1))


def test_a_replica_takes_records_and_no_texts(ann: Desk, ben: Desk) -> None:
    Project.objects.filter(pk=ann.project.pk).update(status=Status.REPLICA)
    (record,) = ann.create({"title": "A"})
    assert ann.value(record, "title") == "A"
    with pytest.raises(ProjectFrozen):
        update_project(caller=ben.caller, project_id=ann.project.id, name="Another")
