"""A value that is unique and yet there twice, which only other sites and undo can bring about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

from audit.models import Event
from projects.models import Project
from stages.registers.fold.ids import COLUMN, schema_id
from stages.registers.fold.payloads import SetField
from stages.registers.models import Conflict as ConflictRow
from stages.registers.proof.derived import faults_in_derived
from stages.registers.services import undo
from stages.registers.services.rebuilding import rebuild_registers
from tests.registers.storing.world import REQ, Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(project: Project, editor: Any, caller_for: Callable[..., Any]) -> Desk:
    desk = Desk(project, caller_for(editor))
    desk.create_table()
    return desk


def events(project: Project) -> list[Event]:
    return list(Event.objects.of_project(project.id).filter(action="register.changed"))


def duplicates(project: Project) -> list[tuple[str, Any]]:
    found = ConflictRow.objects.filter(project=project, kind="duplicate", resolved_at=None).order_by("subject")
    return [(str(each.subject), each.values) for each in found]


def test_the_same_key_twice_is_a_duplicate_until_one_has_another(ann: Desk) -> None:
    first, second = ann.create({"title": "A"}, {"title": "B"})
    other = max(first, second)
    # Undo is asked nothing, and neither is what comes from other sites.
    ann.set(second, "key", "REQ-7")
    ann.set(first, "key", "REQ-2")
    undo(caller=ann.caller, project_id=ann.project.id)
    undo(caller=ann.caller, project_id=ann.project.id)
    assert duplicates(ann.project) == []
    event = forge(ann, second, "REQ-1")
    assert duplicates(ann.project) == [(other, ['"REQ-1"'])]
    assert event.data["opened"] == 1
    assert list(faults_in_derived(ann.project.id)) == []
    rebuild_registers(caller=ann.caller, project_id=ann.project.id)
    assert duplicates(ann.project) == [(other, ['"REQ-1"'])]
    ann.set(second, "key", "REQ-9")
    assert duplicates(ann.project) == []
    assert events(ann.project)[-1].data["resolved"] == 1


def forge(desk: Desk, record: str, key: str) -> Event:
    """A key that is taken, as it may come from another site: nothing is checked."""
    with patch("stages.registers.services.composing.check_payloads"):
        written = desk.write([SetField(record, REQ, "key", key)])
    assert written.event is not None
    return written.event


def test_a_column_that_becomes_unique_shows_what_is_in_it_twice(ann: Desk) -> None:
    first, second = ann.create({"title": "A"}, {"title": "A"})
    change = lambda unique: ann.write(  # noqa: E731
        [SetField(schema_id(str(ann.project.id), COLUMN, REQ, "title"), COLUMN, "unique", unique)]
    )
    change(True)
    assert duplicates(ann.project) == [(max(first, second), ['"A"'])]
    change(False)
    assert duplicates(ann.project) == []
