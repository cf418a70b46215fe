"""What operates registers: the doctor, figures, and the project's file."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from drafts.exchange.exporting import export_project
from drafts.exchange.importing import import_project
from drafts.exchange.verification import verify_file
from kernel.errors import ValidationFailed
from kernel.metrics import SITE_FIGURES
from stages.registers.doctor import examine
from stages.registers.models import ActorKey, Bundle
from tests.publishing.conftest import make_review, review  # noqa: F401 (fixtures)
from tests.publishing.reviews import Review, caller_of
from tests.registers.storing.world import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(review: Review) -> Desk:  # noqa: F811 (the fixture)
    found = Desk(review.project, caller_of(review.people["editor"]))
    found.create_table()
    found.create({"title": "Pump stops", "prio": 2})
    return found


def exported(desk: Desk) -> bytes:
    return b"".join(export_project(project_id=desk.project.id))


def test_the_file_has_every_operation_and_verifies(desk: Desk) -> None:
    data = exported(desk)
    counts = verify_file(io.BytesIO(data)).counts
    operations = sum(each.count for each in Bundle.objects.filter(project=desk.project))
    assert (counts["register_bundle"], counts["register_key"]) == (2, 1)
    assert counts["register_operation"] == operations
    assert b'"secret"' not in data


@pytest.mark.parametrize(
    ("kind", "member", "change"),
    [
        ("register_operation", "text", lambda text: text.replace("Pump stops", "Pump halts")),
        ("register_operation", "signature", lambda text: "A" * len(text.rstrip("=")) + text[len(text.rstrip("=")) :]),
        ("register_bundle", "header", lambda text: text.replace('"number":2', '"number":3')),
        ("register_key", "certificate", lambda text: text.replace('"display_name":"', '"display_name":"Not ')),
    ],
)
def test_a_file_with_another_operation_is_refused(desk: Desk, kind: str, member: str, change: Any) -> None:
    lines = [json.loads(line) for line in exported(desk).splitlines()]
    rows = [each for each in lines if each["type"] == kind]
    before = [row[member] for row in rows]
    for row in rows:
        row[member] = change(row[member])
    assert [row[member] for row in rows] != before
    forged = b"".join(json.dumps(each, separators=(",", ":"), ensure_ascii=False).encode() + b"\n" for each in lines)
    with pytest.raises(ValidationFailed):
        verify_file(io.BytesIO(forged))


def test_a_new_project_keeps_them_in_its_file(desk: Desk, make_user: Any) -> None:
    caller = caller_of(make_user("another"))
    project = import_project(caller=caller, file=io.BytesIO(exported(desk)), name="Copy")
    assert not Bundle.objects.filter(project=project).exists()


def test_the_doctor_names_keys_that_cannot_be_read(desk: Desk) -> None:
    assert [each.level.name for each in examine()] == ["OK"]
    ActorKey.objects.update(secret=b"lost")
    assert "cannot be read" in next(iter(examine())).text


def test_figures_count_what_waits() -> None:
    assert {"foundry_register_conflicts_open", "foundry_register_bundles"} <= SITE_FIGURES.keys()
