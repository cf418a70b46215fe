"""What the stage adds to the demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.verification import verify_chain
from foundry_site.demo import making
from proposals.models import Change, Proposal
from stages.runs.models import Experiment, Run
from stages.runs.results import read_results


@pytest.mark.django_db
def test_three_models_changed_the_prompt_and_one_was_chosen(tmp_path: Path):
    demo = making.make_demo(data_dir=tmp_path, url="http://localhost:8000/")

    runs = Run.objects.filter(project__id=demo["project_id"], experiment__kind="change")
    large, small, tiny = runs.order_by("id")
    assert [(run.status, run.error) for run in (large, small)] == [("SUCCEEDED", "")] * 2
    assert [each["path"] for each in large.files_changed] == ["prompt_text"]
    assert (tiny.status, tiny.error) == ("FAILED", "patch_rejected")
    proposal = Proposal.objects.get(origin_type="run", origin_id=str(large.id))
    assert proposal.id == large.proposal_id
    assert (proposal.state, proposal.author.username) == ("private", "editor")
    assert [change.target for change in Change.objects.filter(proposal=proposal)] == ["prompt_text"]
    assert small.chosen_at is None
    old, new = Experiment.objects.filter(project__id=demo["project_id"], kind="evaluate").order_by("id")
    found = read_results(new, baseline=old)
    assert (old.version, new.version, found.outcome) == (14, 15, "failed")
    assert [(row.case.key, row.group) for row in found.rows][:2] == [("Q-03", "regressed"), ("Q-01", "same")]
    assert found.counts() == {"passed": 6, "failed": 4, "regressed": 2, "same": 8}
    assert verify_chain(str(demo["project_id"])).finding is None
