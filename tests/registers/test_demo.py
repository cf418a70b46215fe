"""What the stage adds to the demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.verification import verify_chain
from foundry_site.demo import making
from projects.models import Project
from stages.registers.demo_rows import REQUIREMENTS, RISKS, TESTS, VERIFIES
from stages.registers.models import Bundle, Conflict, Row
from stages.registers.reading.matrices import Axes, matrix
from stages.registers.reading.reader import Reader
from stages.registers.verification import check_records


@pytest.mark.django_db
def test_the_demo_has_tables_with_a_gap_suspect_links_and_a_conflict(tmp_path: Path) -> None:
    made = making.make_demo(data_dir=tmp_path, url="http://localhost:8000/")
    project = Project.objects.get(pk=made["project_id"])
    counts = {facet: Row.objects.filter(project=project, facet=facet).count() for facet in (REQUIREMENTS, TESTS, RISKS)}
    assert counts == {REQUIREMENTS: 16, TESTS: 14, RISKS: 4}
    (conflict,) = Conflict.objects.filter(project=project, resolved_at=None)
    assert (conflict.facet, conflict.field) == (REQUIREMENTS, "report_within")
    assert verify_chain(str(project.id)).finding is None
    assert list(check_records()) == []
    before = Bundle.objects.filter(project=project).count()
    making.make_demo(data_dir=tmp_path, url="http://localhost:8000/")
    assert Bundle.objects.filter(project=project).count() == before
    found = matrix(Reader(project.id), Axes(REQUIREMENTS, TESTS, VERIFIES)).coverage
    assert (found.confirmed, found.suspect, found.gaps) == (13, 1, 2)
