"""A stage takes part when a project stops being open, and when an account closes; it may refuse the latter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.callers import Caller
from accounts.models import User
from accounts.services import deactivate_account
from kernel.errors import Conflict
from projects.models import Project
from projects.services import archive_project
from tests.sample_stage.closing import AT_CLOSING, INDISPENSABLE
from tests.sample_stage.models import Note
from tests.sample_stage.services import add_note

pytestmark = pytest.mark.django_db


def notes_of(project: Project) -> list[str]:
    return [note.text for note in Note._default_manager.filter(project=project)]


def test_a_step_runs_when_a_project_closes(project: Project, owner: User, editor: User, caller_for: Callable[..., Any]):
    add_note(caller=caller_for(editor), project_id=project.id, text=AT_CLOSING)
    archive_project(caller=caller_for(owner), project_id=project.id)
    assert notes_of(project) == [AT_CLOSING, "The project is archived"]


def test_a_step_runs_in_the_transaction_that_closes_an_account(
    project: Project, editor: User, administrator: Caller, caller_for: Callable[..., Any]
):
    add_note(caller=caller_for(editor), project_id=project.id, text="Ask the clinic")
    deactivate_account(caller=administrator, user_id=editor.id)
    assert notes_of(project) == ["Ask the clinic", f"{editor.display_name} has left"]


def test_a_step_may_refuse_to_close_an_account(
    project: Project, editor: User, administrator: Caller, caller_for: Callable[..., Any]
):
    add_note(caller=caller_for(editor), project_id=project.id, text=INDISPENSABLE)
    with pytest.raises(Conflict, match="ask them about the clinic"):
        deactivate_account(caller=administrator, user_id=editor.id)
    editor.refresh_from_db()
    assert editor.is_active
    assert notes_of(project) == [INDISPENSABLE]
