"""What raw SQL says of tables is what the models say: a column that comes or goes is noticed here, not by a user."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction

from accounts.callers import foundry_caller
from audit.models import Event
from audit.services import _COLUMNS, _RETURNED, Target, record
from blobs.models import Blob
from drafts.models import Draft
from locking.models import Lease
from projects.models import Project
from tests.kernel.raw_sql import RawSql, fault_of, statements
from tests.writers import Writer

pytestmark = pytest.mark.django_db

# What stands in the templates for what is put together when they run.
FILLED = {
    "{project}": "project.*",
    "{draft}": "draft.*",
    "{lease}": "lease.*",
    "{user}": "person.*",
    "{proposal}": "proposal.*",
    "{round}": "round.*",
    "{change}": "change.*",
    "{rows}": "SELECT record FROM registers_row",
    "{columns}": "(SELECT 1)",
    "{', '.join(parts)}": "event AS (INSERT INTO audit_event (canonical) VALUES (%s) RETURNING {_COLUMNS})",
    "{_COLUMNS}": _COLUMNS,
}
# Columns that no INSERT names, with the reason.
NOT_WRITTEN = {
    "automation_due": {"id": "counted by Postgres"},
    "audit_event": {
        "id": "counted by Postgres",
        **dict.fromkeys(("seq", "at", "prev_hash", "hash"), "given by the trigger"),
        **dict.fromkeys(
            ("chain", "action", "actor_id", "target_type", "target_id", "client_ref", "request"),
            "generated from `canonical`",
        ),
    },
    "drafts_stay": {"id": "counted by Postgres", "until_version": "open as long as the passage is there"},
    "blobs_piece": {"id": "counted by Postgres"},
    "drafts_passage": {"id": "counted by Postgres"},
    "registers_bundle": {"arrival": "counted by Postgres"},
    "registers_operation": {"id": "counted by Postgres"},
    "runs_runlog": {"id": "counted by Postgres"},
    "locking_lease": {"ended_at": "open when it begins", "end_reason": "open when it begins"},
}


def model_of(table: str) -> type[models.Model]:
    (model,) = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table == table]
    return model


@cache
def found() -> list[RawSql]:
    return statements(FILLED)


@cache
def inserts() -> list[tuple[RawSql, str, tuple[str, ...]]]:
    return [(each, table, columns) for each in found() for table, columns in each.inserts().items()]


def test_every_column_that_a_statement_names_exists() -> None:
    faults = {}
    for statement in found():
        with transaction.atomic():
            if fault := fault_of(statement.text):
                faults[str(statement)] = (fault, statement.text)
            transaction.set_rollback(True)
    assert faults == {}


def test_an_insert_writes_every_column_of_its_model() -> None:
    wrong = []
    for statement, table, columns in inserts():
        fields = model_of(table)._meta.local_concrete_fields
        known = sorted(str(field.column) for field in fields if not field.generated)
        written = sorted([*columns, *NOT_WRITTEN.get(table, {})])
        if written != known:
            wrong.append((str(statement), table, written, known))
    assert wrong == []


def test_the_statements_of_every_hot_write_are_among_them() -> None:
    """Otherwise the tests above would pass on nothing."""
    written = {table for _, table, _ in inserts()}
    assert {"audit_event", "blobs_blob", "drafts_draft", "drafts_stay", "drafts_passage", "locking_lease"} <= written
    read = " ".join(each.text for each in found())
    assert all(f" {table} " in read for table in ("projects_project", "projects_member", "locking_session"))


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT seq, actoin FROM audit_event WHERE chain = %s", 'column "actoin" does not exist'),
        ("INSERT INTO drafts_stay (project_id, feld) SELECT %s, %s", 'column "feld" of relation "drafts_stay"'),
        ("UPDATE locking_lease SET ended_at = event.att FROM event", "column event.att does not exist"),
        ("SELECT words FROM drafts_pasage WHERE words @@ %(words)s::tsquery", 'relation "drafts_pasage"'),
    ],
)
def test_a_name_that_does_not_exist_is_noticed(sql: str, says: str) -> None:
    with transaction.atomic():
        assert says in str(fault_of(sql))
        transaction.set_rollback(True)


def values_of(instance: models.Model) -> dict[str, Any]:
    names = [field.attname for field in instance._meta.concrete_fields]
    return {name: bytes(value) if isinstance(value := getattr(instance, name), memoryview) else value for name in names}


def row_of(instance: models.Model) -> dict[str, Any]:
    return values_of(type(instance)._default_manager.get(pk=instance.pk))


def test_a_version_that_was_just_saved_says_what_its_row_says(
    project: Project, editor: Any, caller_for: Callable[..., Any]
) -> None:
    """The instance is made by hand, and its row by SQL."""
    writer = Writer(caller_for(editor), project)
    files = {"files/a.md": {"content": "One\n", "language": "markdown"}}
    changes = {"prompt_text": "Be exact.\n", "model_configuration": {"a": 1}, **files}
    saved = writer.save(changes, *(writer.take(name) for name in changes), message="First")
    assert values_of(saved) == row_of(saved)
    pointed = Project.objects.select_related("current_draft").get(pk=project.pk)
    assert pointed.current_draft == saved
    for blob in (saved.prompt, saved.configuration):
        assert isinstance(blob, Blob)
        assert values_of(blob) == row_of(blob)


def test_a_lease_and_its_event_say_what_their_rows_say(
    project: Project, editor: Any, caller_for: Callable[..., Any]
) -> None:
    writer = Writer(caller_for(editor), project)
    lock = writer.take()
    lease = Lease.objects.get(lease_id=lock.lease_id)
    event = Event.objects.get(chain=str(project.id), seq=lease.token)
    facts = (lease.project_id, lease.field, lease.user_id, lease.session_id, lease.started_at)
    assert facts == (project.id, "prompt_text", editor.id, writer.session, event.at)
    assert (lock.token, lock.session_id) == (lease.token, writer.session)


def test_an_event_that_was_just_recorded_says_what_its_row_says() -> None:
    recorded = record(caller=foundry_caller(), action="account.changed", target=Target.of("user", "x"))
    assert values_of(recorded) == row_of(recorded)
    assert {*_RETURNED, "canonical"} == {field.column for field in Event._meta.concrete_fields}


def test_nothing_is_said_of_a_column_that_is_gone() -> None:
    installed = {model._meta.db_table for model in apps.get_models()}
    # A stage may be left out.
    for table, reasons in ((table, reasons) for table, reasons in NOT_WRITTEN.items() if table in installed):
        assert reasons.keys() <= {field.column for field in model_of(table)._meta.local_concrete_fields}
        assert table in {written for _, written, _ in inserts()}


def test_a_draft_has_no_column_that_its_insert_leaves_to_the_database() -> None:
    """What the database fills by itself would be missing from the instance that `save_draft` answers."""
    assert not [field.name for field in Draft._meta.concrete_fields if field.has_db_default() or field.generated]
