"""A stage is a part of the product where it is installed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from audit.models import Event
from audit.via import via_words
from projects.models import Project
from tests.sample_stage.services import add_note
from tests.sample_stage.via import NOTEBOOK


@pytest.mark.django_db
def test_a_write_of_a_stage_has_its_event(project: Project, editor: User, caller_for: Callable[..., Any]):
    note = add_note(caller=caller_for(editor), project_id=project.id, text="Ask the clinic")
    event = Event.objects.get(action="note.added")
    assert (event.target_id, event.data["text"]) == (str(note.id), "Ask the clinic")


@pytest.mark.django_db
def test_the_records_of_a_stage_are_verified(project: Project, editor: User, caller_for: Callable[..., Any]):
    add_note(caller=caller_for(editor), project_id=project.id, text="Ask the clinic")
    call_command("verify_audit", f"--chain={project.id}", verbosity=0)


@pytest.mark.django_db
def test_a_way_of_writing_of_a_stage_is_recorded_and_has_words(
    project: Project, editor: User, caller_for: Callable[..., Any]
):
    caller = replace(caller_for(editor), via=NOTEBOOK)
    add_note(caller=caller, project_id=project.id, text="Ask the clinic")
    assert Event.objects.get(action="note.added").record["via"] == NOTEBOOK
    assert via_words(NOTEBOOK) == "Notebook"
