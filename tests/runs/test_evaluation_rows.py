"""What the list says of evaluations and of changes of a repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from stages.runs.models import PullRequest, PullRequestStatus, Run
from stages.runs.pages import evaluation_rows
from stages.runs.services.pull_requests import open_pull_request
from tests.runs.changes import changed, changing
from tests.runs.evaluations import EXPECTED, SUITE, Evaluations, suite_of, terms
from tests.runs.git_server import connected
from tests.runs.test_list_page import page_of, texts
from tests.runs.world import World
from tests.workspace.conftest import Browser
from tests.workspace.html import elements


@pytest.fixture
def at(committed_world: World) -> Evaluations:
    committed_world.profile()
    made = Evaluations(committed_world)
    made.save(suite=suite_of(EXPECTED), cases=terms(True, True, False))
    return made


def listed(at: Evaluations, query: str = "") -> Any:
    client = Client()
    client.force_login(at.world.people["vic"])
    return page_of(client, at.world, query)


def worse(at: Evaluations) -> None:
    """A version that answers the second case worse and the third one better."""
    cases = terms(True, False, False).replace('"rash 3", "expected": "fever"', '"fever 3", "expected": "fever"')
    at.save(cases=cases)


def test_an_evaluation_has_its_suite_its_verdict_and_what_changed(at: Evaluations):
    (old,) = at.evaluate(title="Is it exact?")
    worse(at)
    (new,) = at.evaluate(title="Is it still exact?")

    page = listed(at)

    assert texts(page, "run-source") == ["v3 · regression · 3 cases", "v2 · regression · 3 cases"]
    assert texts(page, "run-kind") == ["Evaluate", "Evaluate"]
    assert texts(page, "run-models") == ["house 3 of 3 cells", "house 3 of 3 cells"]
    assert texts(page, "run-result") == ["Not passed 1 regressed, 1 fixed", "Not passed"]
    links = [
        each.attributes["href"] for each in elements(page, "a") if each.attributes.get("title", "").startswith("Is")
    ]
    results = f"/projects/{at.world.project.id}/runs/{new.experiment_id}/results/?baseline={old.experiment_id}"
    assert links[0] == results
    assert texts(listed(at, "?kind=evaluate"), "run-kind") == ["Evaluate", "Evaluate"]
    assert texts(listed(at, "?kind=change"), "run-kind") == []


def test_what_changed_counts_cases_as_the_page_of_results_does(at: Evaluations):
    at.world.profile("second")
    at.save(suite=suite_of(EXPECTED, models="house, second"))
    at.evaluate()
    worse(at)
    (new, _other) = at.evaluate()

    page = listed(at)

    assert texts(page, "run-models")[0] == "house, second 6 of 6 cells"
    assert texts(page, "run-result")[0] == "Not passed 1 regressed, 1 fixed"
    titles = [each.text.strip() for each in elements(page, "a") if each.attributes.get("title") == SUITE]
    assert titles == ["Regression", "Regression"]
    assert new.experiment.title == SUITE


def test_an_evaluation_under_way_has_a_meter(at: Evaluations):
    at.start(at.make())

    page = listed(at)

    (meter,) = [each for each in elements(page, "progress") if "value" in each.attributes]
    assert (meter.attributes["value"], meter.attributes["max"]) == ("0", "3")
    assert texts(page, "run-result") == ["0 of 3 cells"]


def test_evaluations_with_too_many_cells_have_their_verdict_only(at: Evaluations, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(evaluation_rows, "MAX_CELLS_READ", 3)
    at.evaluate()
    assert texts(listed(at), "run-models") == ["house 1 of 1 ended"]
    assert texts(listed(at), "run-result") == ["Not passed"]


@pytest.fixture
def change(world: World, tmp_path: Path) -> Run:
    """A change of a commit of a repository, with a pull request that was asked for."""
    repository = connected(world.caller("olga"), world.project.id)
    run = changed(world.caller("ed"), changing(world.caller("ed"), repository), world.profile())
    open_pull_request(caller=world.caller("ed"), run_id=run.id)
    return run


@pytest.mark.django_db
def test_a_change_of_a_repository_has_its_commit_and_its_pull_request(browser: Browser, world: World, change: Run):
    ed = browser(world.people["ed"])
    page = page_of(ed, world)
    assert texts(page, "run-source") == [f"acme/prompts · main {change.experiment.commit[:7]}"]
    assert texts(page, "run-result") == ["house chosen Pull request waits"]
    assert texts(page, "run-row")[0].startswith("Proposed")

    facts = {"number": 212, "commit": "a" * 40, "url": "https://git.example/acme/prompts/pull/212"}
    PullRequest.objects.update(status=PullRequestStatus.MERGED, **facts)
    page = page_of(ed, world)
    assert texts(page, "run-row")[0].startswith("Done")
    assert texts(page, "run-result") == ["house chosen Pull request 212, merged"]
    (link,) = [each for each in elements(page, "a") if each.attributes.get("href") == facts["url"]]
    assert link.text.strip() == "Pull request 212, merged"
