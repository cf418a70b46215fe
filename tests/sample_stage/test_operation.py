"""The doctor and the figures of the site show what a stage registers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from foundry_site.doctor.examination import examine
from foundry_site.observability.figures import read_site
from kernel.doctor import Level
from projects.models import Project
from tests.sample_stage.services import add_note

pytestmark = pytest.mark.django_db


def test_the_doctor_looks_at_a_stage():
    [found] = [finding for finding in examine() if finding.subject == "Sample stage"]
    assert found.level == Level.OK
    assert found.says.endswith("notes")


def test_a_figure_of_a_stage_is_read(project: Project, editor: User, caller_for: Callable[..., Any]):
    before = read_site().values["foundry_sample_notes"]
    add_note(caller=caller_for(editor), project_id=project.id, text="Ask the clinic")
    assert read_site().values["foundry_sample_notes"] == before + 1
