"""The doctor and the figures of the site show what a stage registers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts.models import User
from foundry_site.demo.making import make_demo
from foundry_site.doctor.examination import examine
from foundry_site.observability.figures import read_site
from foundry_site.stages import stage_settings
from kernel.doctor import Level
from kernel.environment import EnvironmentVariableError
from projects.models import Project
from tests.notifications.inboxes import inbox_kinds
from tests.sample_stage.models import Note
from tests.sample_stage.services import add_note

pytestmark = pytest.mark.django_db


def test_the_doctor_looks_at_a_stage():
    [found] = [finding for finding in examine() if finding.subject == "Sample stage"]
    assert found.level == Level.OK
    assert found.text.endswith("notes")


def test_a_figure_of_a_stage_is_read(project: Project, editor: User, caller_for: Callable[..., Any]):
    before = read_site().values["foundry_sample_notes"]
    add_note(caller=caller_for(editor), project_id=project.id, text="Ask the clinic")
    assert read_site().values["foundry_sample_notes"] == before + 1


def test_a_stage_reads_its_own_settings():
    assert settings.FOUNDRY_SAMPLE_MAX_NOTES == 100  # type: ignore[misc] # of a stage that mypy does not install
    chosen = stage_settings(["tests.sample_stage"], {"FOUNDRY_SAMPLE_MAX_NOTES": "7"})
    assert chosen == {"FOUNDRY_SAMPLE_MAX_NOTES": 7}
    with pytest.raises(EnvironmentVariableError, match="FOUNDRY_SAMPLE_MAX_NOTES takes a whole number"):
        stage_settings(["tests.sample_stage"], {"FOUNDRY_SAMPLE_MAX_NOTES": "many"})


def test_a_stage_adds_to_the_demo(tmp_path: Path):
    demo = make_demo(data_dir=tmp_path, url="http://localhost:8000/")
    assert [note.text for note in Note._default_manager.filter(project_id=demo["project_id"])] == [
        "Ask the sites for their contacts"
    ]
    assert "note.added" in inbox_kinds(User.objects.named("owner").get(), unread=True)


def test_a_setting_that_exists_is_refused():
    with pytest.raises(ValueError, match="that exist already: FOUNDRY_SAMPLE_MAX_NOTES"):
        stage_settings(["tests.sample_stage"], {}, taken=["FOUNDRY_SAMPLE_MAX_NOTES"])
