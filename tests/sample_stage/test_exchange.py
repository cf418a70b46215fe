"""A stage's rows go into a project's file, are compared with its events, and come into a new project."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from drafts.exchange.exporting import export_project
from drafts.exchange.importing import import_project
from drafts.exchange.registry import EXPORTED_TABLES
from drafts.exchange.verification import verify_file
from kernel.errors import ValidationFailed
from projects.models import Project
from tests.drafts.exchange.project_files import rows_of, sealed
from tests.sample_stage.models import Note
from tests.sample_stage.services import add_note

pytestmark = pytest.mark.django_db


@pytest.fixture
def exported(project: Project, editor: User, caller_for: Callable[..., Any]) -> bytes:
    add_note(caller=caller_for(editor), project_id=project.id, text="Ask the clinic")
    return b"".join(export_project(project_id=project.id))


def test_rows_of_a_stage_go_the_whole_round(exported: bytes, outsider: User, caller_for: Callable[..., Any]):
    verified = verify_file(io.BytesIO(exported))
    made = import_project(caller=caller_for(outsider), file=io.BytesIO(exported), name="A copy")

    assert (verified.counts["note"], verified.not_compared) == (1, {})
    assert [(note.text, note.created_by) for note in Note._default_manager.filter(project=made)] == [
        ("Ask the clinic", outsider)
    ]


def test_a_changed_row_of_a_stage_is_found_in_the_file(exported: bytes):
    rows = [{**row, "text": "Ask nobody"} if row["type"] == "note" else row for row in rows_of(exported)]

    with pytest.raises(ValidationFailed, match=r"The note is not what its events say: its text was changed"):
        verify_file(io.BytesIO(sealed(rows)))


def test_rows_of_a_stage_that_is_not_installed_are_counted_as_not_compared(exported: bytes):
    with EXPORTED_TABLES.replaced({name: table for name, table in EXPORTED_TABLES.items() if name != "note"}):
        verified = verify_file(io.BytesIO(exported))

    assert verified.not_compared == {"lines of type note, which this Foundry does not know": 1}


def test_a_check_of_all_rows_of_a_stage_refuses_the_file(exported: bytes, settings: Settings):
    settings.FOUNDRY_SAMPLE_MAX_NOTES = 0

    with pytest.raises(ValidationFailed, match="A project has at most 0 notes"):
        verify_file(io.BytesIO(exported))
