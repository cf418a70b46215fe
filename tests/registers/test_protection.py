"""What the database itself refuses, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from projects.models import Project
from stages.registers.models import ActorKey, Bundle, Operation

pytestmark = pytest.mark.django_db

TEXT = (
    '{"payload":{"entity_id":"01900000-0000-7000-8000-000000000009","facet_type":"risks","field_name":"title",'
    '"type":"SetField","value":"x"}}'
)


def refused(sql: str, *values: Any) -> str:
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(error.value)


def put_bundle(project: Project, **facts: Any) -> Bundle:
    given: dict[str, Any] = {"number": 1, "count": 1, "header": "{}", "clock": {}, "received_at": timezone.now()}
    given |= dict.fromkeys(("site_key", "hash", "actor_key"), bytes(32))
    given |= dict.fromkeys(("hlc", "first_hlc"), bytes(12))
    return Bundle.objects.create(**{"project": project, "bundle_id": uuid7(), "first_op": uuid7(), **given, **facts})


def put_operation(bundle: Bundle, **facts: Any) -> Operation:
    given = {"op_id": uuid7(), "hlc": bytes(12), "text": TEXT, "signature": bytes(64), "keys": [1], "position": 0}
    return Operation.objects.create(**{"project_id": bundle.project_id, "bundle": bundle, **given, **facts})


def put_key(**facts: Any) -> ActorKey:
    given = {"public_key": bytes(32), "site_key": bytes(32), "certificate": "{}", "seal": bytes(64)}
    return ActorKey.objects.create(**{"created_at": timezone.now(), **given, **facts})


@pytest.mark.parametrize("table", ["bundle", "operation", "actorkey"])
def test_c08_what_is_signed_is_neither_deleted_nor_emptied(project: Project, table: str) -> None:
    put_operation(put_bundle(project))
    put_key()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert "refused" in refused(f"DELETE FROM registers_{table}")
    assert "refused" in refused(f"TRUNCATE registers_{table} CASCADE")


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("bundle", "header = 'x'"),
        ("bundle", "received_from = NULL"),
        ("operation", "text = '{}'"),
        ("operation", "keys = '{}'"),
        ("operation", "signature = signature"),
    ],
)
def test_c08_the_log_is_never_changed(project: Project, table: str, change: str) -> None:
    put_operation(put_bundle(project))
    assert "refused" in refused(f"UPDATE registers_{table} SET {change}")


@pytest.mark.parametrize("facts", [{"hlc": bytes(11)}, {"signature": bytes(63)}])
def test_an_operation_has_a_clock_and_a_signature_of_the_right_size(project: Project, facts: Any) -> None:
    with pytest.raises(DatabaseError, match="registers_operation_sizes"):
        put_operation(put_bundle(project), **facts)


def test_an_operation_is_in_a_bundle_of_its_project(project: Project, make_project: Callable[..., Project]) -> None:
    with pytest.raises(DatabaseError, match="bundle of its project"), transaction.atomic():
        put_operation(put_bundle(project), project_id=make_project("Another").id)
    with pytest.raises(DatabaseError, match="bundle of its project"), transaction.atomic():
        put_operation(put_bundle(project, number=2, hash=b"x" * 32), position=1)


def test_what_an_operation_is_about_comes_from_its_text(project: Project) -> None:
    made = put_operation(put_bundle(project))
    made.refresh_from_db()
    assert (made.kind, made.facet, made.field) == ("SetField", "risks", "title")
    assert made.entity == UUID("01900000-0000-7000-8000-000000000009")


def test_a_key_is_revoked_once_and_changes_in_nothing_else() -> None:
    put_key()
    assert "never changes" in refused("UPDATE registers_actorkey SET certificate = 'x'")
    assert "no last bundle" in refused("UPDATE registers_actorkey SET last_bundle = %s", bytes(32))
    ActorKey.objects.update(revoked_at=timezone.now(), last_bundle=bytes(32))
    assert "revoked once" in refused("UPDATE registers_actorkey SET revoked_at = NULL, last_bundle = NULL")
    assert "revoked once" in refused("UPDATE registers_actorkey SET last_bundle = %s", b"x" * 32)
