"""What the stage adds to the demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.verification import verify_chain
from foundry_site.demo import making
from projects.models import Project
from stages.automation.demo import MODULES
from stages.automation.facets import PASSAGE
from stages.automation.models import Execution
from stages.automation.reading.modules import adopted_modules
from stages.automation.reading.rules import rules_of
from stages.automation.services.rule_proposals import open_proposals
from stages.registers.models import Bundle, Row
from stages.registers.verification import check_records


@pytest.mark.django_db
def test_the_demo_has_the_modules_and_jane_in_two_tables(tmp_path: Path) -> None:
    made = making.make_demo(data_dir=tmp_path, url="http://localhost:8000/")
    project = Project.objects.get(pk=made["project_id"])
    assert [each.name for each in adopted_modules(project.id)] == sorted(MODULES)
    of_project = Row.objects.filter(project=project)
    contact = of_project.get(facet="contacts", shown__name="Jane Doe")
    actor = of_project.get(facet="cast", record=contact.record)
    assert [of_project.filter(facet=each).count() for each in ("cast", "scenes", "cues", "models")] == [8, 6, 12, 3]
    assert of_project.filter(facet="requirements", shown__status="Accepted").count() == 8
    assert of_project.filter(facet="sm_cues").count() == 7
    assert actor.shown == {"actor": "Jane Doe", "role": "Ophelia"}
    assert verify_chain(str(project.id)).finding is None
    assert list(check_records()) == []
    ran = Execution.objects.filter(project=project).order_by("created_at").values_list("name", "state", "proposal_id")
    states = [(name, state, proposal is not None) for name, state, proposal in ran]
    assert states == [
        ("traceability/untested", "succeeded", False),
        ("production/import_people", "failed", False),
        ("production/import_people", "succeeded", True),
        ("models/propose", "succeeded", True),
    ]
    assert {each.name: each.is_on for each in rules_of(project.id)} == {
        "Safety is reviewed": True,
        "production/called": True,
    }
    assert len(open_proposals(project.id)) == 1
    passages = Row.objects.filter(project=project, facet=PASSAGE).values_list("shown__text", flat=True)
    assert len(passages) == 3
    assert any("24 hours" in (text or "") for text in passages)
    before = Bundle.objects.filter(project=project).count()
    making.make_demo(data_dir=tmp_path, url="http://localhost:8000/")
    assert Bundle.objects.filter(project=project).count() == before
