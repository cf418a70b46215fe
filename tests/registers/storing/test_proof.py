"""Whatever is changed behind the program's back is noticed, and named (case 41)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit.verification import verify
from projects.models import Project
from stages.registers.models import ActorKey, Bundle, Conflict, FieldState, Operation, Record, Row
from stages.registers.proof.derived import faults_in_derived
from stages.registers.services import undo
from stages.registers.storing.rebuilding import rebuild
from stages.registers.verification import check_records
from tests.registers.storing.test_storage import history, take
from tests.registers.storing.world import REQ, Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(project: Project, editor: Any, caller_for: Callable[..., Any]) -> Desk:
    desk = Desk(project, caller_for(editor))
    desk.create_table()
    first, second = desk.create({"title": "A", "prio": 1}, {"title": "B"})
    desk.set(first, "title", "C")
    desk.write(lambda acts, schema: acts.merge(first, second))
    undo(caller=desk.caller, project_id=project.id)
    return desk


def tamper(table: str, change: str, *values: Any) -> None:
    """Change a table without the triggers that refuse it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE registers_{table} DISABLE TRIGGER USER")
        cursor.execute(change, values)
        assert cursor.rowcount == 1
        cursor.execute(f"ALTER TABLE registers_{table} ENABLE TRIGGER USER")


def found() -> list[str]:
    return [str(each) for each in check_records()]


def test_what_nobody_changed_verifies(ann: Desk) -> None:
    assert found() == []
    assert verify(str(ann.project.id)).findings == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE registers_operation SET text = replace(text, '\"C\"', '\"D\"') WHERE id = %s",
        "UPDATE registers_operation SET signature = set_byte(signature, 3, 255 - get_byte(signature, 3)) WHERE id = %s",
        "UPDATE registers_operation SET hlc = set_byte(hlc, 11, 255 - get_byte(hlc, 11)) WHERE id = %s",
        "UPDATE registers_operation SET keys = '{}' WHERE id = %s",
        "UPDATE registers_operation SET position = 9 WHERE id = %s",
        "DELETE FROM registers_operation WHERE id = %s",
    ],
)
def test_c02_a_changed_operation_is_named_by_its_bundle(ann: Desk, sql: str) -> None:
    operation = Operation.objects.filter(text__contains='"C"').get()
    bundle = operation.bundle
    tamper("operation", sql, operation.id)
    assert any(f"bundle {bundle.bundle_id}" in each for each in found())


@pytest.mark.parametrize(
    "change",
    [
        "header = replace(header, '\"count\":1', '\"count\":2')",
        "header = header || ' '",
        "hash = set_byte(hash, 0, 255 - get_byte(hash, 0))",
        "clock = '{\"x\": 1}'",
        "number = 99",
        "actor_key = set_byte(actor_key, 0, 255 - get_byte(actor_key, 0))",
        "undoes = gen_random_uuid()",
        "received_from = site_key",
    ],
)
def test_c02_a_changed_bundle_is_named(ann: Desk, change: str) -> None:
    bundle = Operation.objects.filter(text__contains='"C"').get().bundle
    tamper("bundle", f"UPDATE registers_bundle SET {change} WHERE arrival = %s", bundle.arrival)
    assert any(f"bundle {bundle.bundle_id}" in each for each in found())


def test_a_bundle_that_is_gone_is_named(ann: Desk) -> None:
    (record,) = Row.objects.filter(facet=REQ, shown__title="C").values_list("record", flat=True)
    ann.set(str(record), "prio", 4)
    bundle = Bundle.objects.order_by("-arrival")[0]
    tamper("operation", "DELETE FROM registers_operation WHERE bundle_id = %s", bundle.arrival)
    tamper("bundle", "DELETE FROM registers_bundle WHERE arrival = %s", bundle.arrival)
    assert any(f"bundle {bundle.bundle_id}" in each and "missing" in each for each in found())


@pytest.mark.parametrize(
    "change",
    [
        "certificate = replace(certificate, 'display_name', 'display_namf')",
        "seal = set_byte(seal, 0, 255 - get_byte(seal, 0))",
        "public_key = set_byte(public_key, 0, 255 - get_byte(public_key, 0))",
        "created_at = created_at + interval '1 second'",
        "revoked_at = now()",
    ],
)
def test_a_changed_key_is_named(ann: Desk, editor: Any, change: str) -> None:
    tamper("actorkey", f"UPDATE registers_actorkey SET {change} WHERE user_id = %s", editor.id)
    assert any(each.startswith("actor key ") for each in found())


def test_a_changed_derived_row_is_named_with_its_record_and_field(ann: Desk) -> None:
    record = Row.objects.filter(facet=REQ, shown__title="C").get()
    Row.objects.filter(facet=REQ, record=record.record).update(shown={**record.shown, "title": "forged"})
    with pytest.raises(CommandError, match=f"record {record.record} in {REQ}, field title"):
        call_command("rebuild_registers", str(ann.project.id), "--check")
    call_command("rebuild_registers", str(ann.project.id))
    call_command("rebuild_registers", str(ann.project.id), "--check")
    assert ann.value(str(record.record), "title") == "C"


def test_c02_a_derived_row_that_was_changed_is_noticed(ann: Desk) -> None:
    record = Row.objects.filter(facet=REQ, shown__title="C").get()
    Row.objects.filter(facet=REQ, record=record.record).update(shown={**record.shown, "title": "forged"})
    assert any(f"record {record.record} in {REQ}, field title" in each for each in found())


def test_derived_rows_of_every_kind_are_compared(ann: Desk) -> None:
    field = FieldState.objects.filter(facet=REQ, field="prio")[0]
    FieldState.objects.filter(entity=field.entity, facet=REQ, field="prio").update(tips=[])
    (record,) = Record.objects.filter(id=field.entity)
    Record.objects.filter(id=record.id).update(digest=bytes(32))
    Row.objects.filter(record=field.entity).delete()
    faults = list(faults_in_derived(ann.project.id))
    assert [f"field {REQ}.prio of {field.entity}" in each for each in faults].count(True) == 1
    assert f"record {record.id}, digest, is not what the operations say" in faults
    assert f"the row of record {record.id} in {REQ} is missing" in faults


@pytest.mark.parametrize("seed", [31, 32])
def test_a_rebuild_gives_the_same_rows(project: Project, seed: int) -> None:
    bundles = history(seed).bundles
    take(project, bundles, at_once=4)
    before = everything(project)
    rebuilt = rebuild(project.id)
    assert rebuilt.bundles == len(bundles)
    assert everything(project) == before
    assert list(faults_in_derived(project.id)) == []


def test_a_rebuild_in_small_parts_gives_the_same_rows(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read is forgotten in between, as it is with many operations."""
    monkeypatch.setattr("stages.registers.storing.rebuilding._AT_ONCE", 10)
    monkeypatch.setattr("stages.registers.storing.rebuilding._ROWS_KEPT", 5)
    monkeypatch.setattr("stages.registers.storing.rebuilding._ROWS_WRITTEN", 20)
    take(project, history(33).bundles, at_once=7)
    before = everything(project)
    rebuild(project.id)
    assert everything(project) == before


def everything(project: Project) -> dict[str, Any]:
    """What is derived, conflicts with their times included."""
    rows = Row.objects.filter(project=project).order_by("facet", "record")
    conflicts = Conflict.objects.filter(project=project).order_by("id")
    return {
        "rows": [(each.facet, each.record, each.shown, each.conflicts, bytes(each.changed)) for each in rows],
        "records": [(each.id, bytes(each.digest)) for each in Record.objects.filter(project=project).order_by("id")],
        "conflicts": list(conflicts.values_list("id", "opened_by", "opened_at", "resolved_by", "values", "kind")),
        "keys": ActorKey.objects.count(),
    }
