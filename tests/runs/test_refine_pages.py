"""Refining over REST and on its pages: what is made, how far it is, and the proposal of the best text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from proposals.models import Proposal
from stages.runs.models import Experiment, Run, RunStatus
from tests.runs.evaluations import SUITE, Evaluations, finished
from tests.runs.provider import ScriptedProvider, provider
from tests.runs.refinements import FIRST, WORDS, Refinements
from tests.runs.world import World
from tests.workspace.conftest import Browser
from tests.workspace.html import elements

BEST = "Say " + ", ".join(WORDS)
GIVEN: dict[str, Any] = {"kind": "refine", "suite": SUITE, "max_calls": 60}


@pytest.fixture
def server(settings: Any) -> Iterator[ScriptedProvider]:
    with provider() as found:
        settings.FOUNDRY_MODEL_HOSTS = frozenset({found.host})
        yield found


@pytest.fixture
def refining(committed_world: World, server: ScriptedProvider) -> Refinements:
    return Refinements(Evaluations(committed_world), server, ["Say rash.", BEST])


def test_a_text_is_refined_over_rest(refining: Refinements):
    writer = refining.make_models()
    refining.save()
    client = Client()
    client.force_login(refining.at.world.people["ed"])
    project = f"/api/v1/projects/{refining.at.world.project.id}/"

    def post(address: str, body: dict[str, Any]) -> Any:
        return client.post(address, body, content_type="application/json")

    for wrong in (
        {"kind": "refine", "suite": SUITE},
        {"kind": "refine", "max_calls": 60},
        {**GIVEN, "text": "Why?"},
        {**GIVEN, "unsaved": {"prompt_text": "New"}},
        {**GIVEN, "max_calls": 3},
        {**GIVEN, "held_out": 91},
        {"title": "x", "text": "y", "max_calls": 60},
        {"kind": "evaluate", "suite": SUITE, "held_out": 30},
    ):
        assert post(f"{project}experiments/", wrong).status_code == 400, wrong
    assert not Experiment.objects.filter(project=refining.at.world.project).exists()

    made = post(f"{project}experiments/", GIVEN).json()
    assert made["refinement"] == {"field": "prompt_text", "models": ["house"], "max_calls": 60, "held_out": 30}
    address = f"/api/v1/experiments/{made['id']}/runs/"
    assert post(address, {}).status_code == 400
    (run_id,) = post(address, {"profile_ids": [str(writer.id)]}).json()["run_ids"]
    waiting = client.get(f"/api/v1/runs/{run_id}/candidates/").json()
    assert (waiting["calls"], waiting["best_score"], waiting["count"]) == (0, None, 1)
    finished([Run.objects.get(pk=run_id)])

    body = client.get(f"/api/v1/runs/{run_id}/").json()
    assert (body["verdict"], body["answer"]) == (None, "")
    assert (body["refined"]["outcome"], body["refined"]["best"]) == ("improved", 2)
    found = client.get(f"/api/v1/runs/{run_id}/candidates/").json()
    assert (found["calls"], found["max_calls"], found["best_score"]) == (body["refined"]["calls"], 60, 1_000_000)
    assert [(each["number"], each["text"], each["is_best"]) for each in found["candidates"]] == [
        (0, FIRST, False),
        (1, "Say rash.", False),
        (2, BEST, True),
    ]
    assert found["candidates"][2]["held_out"] == body["refined"]["after"]
    (second,) = client.get(f"/api/v1/runs/{run_id}/candidates/?offset=1&limit=1").json()["candidates"]
    assert second["number"] == 1
    proposal = post(f"/api/v1/runs/{run_id}/choose/", {}).json()["proposal_id"]
    assert Proposal.objects.get(pk=proposal).is_private


def test_the_form_starts_a_search_whose_page_proposes_the_best_text(browser: Browser, refining: Refinements):
    world = refining.at.world
    writer = refining.make_models()
    refining.save()
    ed = browser(world.people["ed"])
    address = f"/projects/{world.project.id}/runs/new/"
    page = ed.get(f"{address}?kind=refine")
    (calls,) = elements(page, "input", id="refine-calls")
    assert calls.attributes["value"] == "75"
    typed = {
        "kind": "refine",
        "version": "2",
        "suite": SUITE,
        "field": "prompt_text",
        "measured": "house",
        "held_out": "25",
        "profile": writer.id,
        "title": "",
    }
    refused = ed.post(address, {**typed, "max_calls": "7"})
    assert refused.status_code == 400
    assert "Allow 25 to" in refused.content.decode()
    (held,) = elements(refused, "input", id="refine-held")
    assert held.attributes["value"] == "25"
    assert ed.post(address, {**typed, "max_calls": "many"}).status_code == 400
    ed.post(address, {**typed, "max_calls": "60"})
    made = Experiment.objects.get(project=world.project)
    assert (made.kind, made.title, made.refinement and made.refinement["held_out"]) == ("refine", SUITE, 25)
    run = Run.objects.get(experiment=made)
    here = f"/projects/{world.project.id}/runs/{made.id}/"
    progress = f"/projects/{world.project.id}/runs/run/{run.id}/progress/"
    (waiting,) = elements(ed.get(here), id=f"run-{run.id}")
    assert waiting.attributes["hx-get"] == progress
    assert "The first text is measured." in waiting.text
    finished([run])

    (shown,) = elements(ed.get(progress), id=f"run-{run.id}")
    assert "hx-get" not in shown.attributes
    words = " ".join(shown.text.split())
    assert "0.0 % → 100.0 %" in words
    assert "2 texts proposed" in words
    assert elements(browser(world.people["vic"]).get(here), id=f"propose-{run.id}") == []
    assert "Refine" in ed.get(f"/projects/{world.project.id}/runs/").content.decode()
    answer = ed.post(f"/projects/{world.project.id}/runs/run/{run.id}/propose/")
    proposal = Proposal.objects.get(project=world.project)
    assert answer["Location"].endswith(f"?proposal={proposal.id}")
    assert proposal.title.endswith("on cases held back)")
    assert ed.get(f"{here}compare/").status_code == 200


def test_a_search_that_failed_can_go_on(browser: Browser, refining: Refinements):
    world = refining.at.world
    refining.make_models()
    broken = refining.profile("broken", "wrong-key")
    refining.save()
    run = refining.refine(broken)
    assert run.status == RunStatus.FAILED
    page = browser(world.people["ed"]).get(f"/projects/{world.project.id}/runs/{run.experiment_id}/")
    (shown,) = elements(page, id=f"run-{run.id}")
    assert "Go on" in shown.text
