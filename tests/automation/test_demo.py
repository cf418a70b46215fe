"""What the stage adds to the demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.verification import verify_chain
from foundry_site.demo import making
from projects.models import Project
from stages.automation.demo import MODULES
from stages.automation.reading.modules import adopted_modules
from stages.registers.models import Bundle, Row
from stages.registers.verification import check_records


@pytest.mark.django_db
def test_the_demo_has_the_modules_and_jane_in_two_tables(tmp_path: Path) -> None:
    made = making.make_demo(data_dir=tmp_path, url="http://localhost:8000/")
    project = Project.objects.get(pk=made["project_id"])
    assert [each.name for each in adopted_modules(project.id)] == sorted(MODULES)
    contact, actor = (Row.objects.get(project=project, facet=facet) for facet in ("contacts", "cast"))
    assert contact.record == actor.record
    assert actor.shown == {"actor": "Jane Doe", "role": "Ophelia"}
    assert verify_chain(str(project.id)).finding is None
    assert list(check_records()) == []
    before = Bundle.objects.filter(project=project).count()
    making.make_demo(data_dir=tmp_path, url="http://localhost:8000/")
    assert Bundle.objects.filter(project=project).count() == before
