"""The form of a new experiment: what is chosen when it opens, what is asked, and what a refusal keeps."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest

from kernel.errors import NotFound
from stages.runs.agents.gathering import MAX_TOTAL_BYTES
from stages.runs.models import Experiment, Message, ModelProfile, Run
from stages.runs.services import disable_profile, start_experiment
from stages.runs.services.questions import title_of
from tests.runs.evaluations import EXPECTED, SUITE, Evaluations, suite_of, terms
from tests.runs.git_server import connected
from tests.runs.world import World
from tests.workspace.conftest import Browser
from tests.workspace.html import elements

pytestmark = pytest.mark.django_db

QUESTION = "  What does 6.5 say?\nQuote it."


def address(world: World) -> str:
    return f"/projects/{world.project.id}/runs/new/"


def chosen(page: Any) -> list[str]:
    """The ids of the models that are ticked."""
    boxes = [each for each in elements(page) if each.attributes.get("name") == "profile"]
    return [each.attributes["value"] for each in boxes if "checked" in each.attributes]


def test_models_are_asked_and_the_title_is_the_first_line(browser: Browser, world: World) -> None:
    house, second = world.profile(), world.profile("second")
    answer = browser(world.people["rae"]).post(
        address(world), {"text": QUESTION, "version": "1", "title": "", "profile": [house.id, second.id]}
    )
    made = Experiment.objects.get(project=world.project)
    assert answer["Location"] == f"/projects/{world.project.id}/runs/{made.id}/"
    assert made.title == "What does 6.5 say?"
    assert made.created_by == world.people["rae"]
    assert {run.profile for run in Run.objects.filter(experiment=made)} == {house, second}


def test_lines_of_a_form_are_asked_as_they_were_typed(browser: Browser, world: World) -> None:
    house, ed = world.profile(), browser(world.people["ed"])
    typed = {"text": "What does 6.5 say?\r\nQuote it.", "profile": [house.id]}

    ed.post(address(world), typed)
    ed.post(f"/projects/{world.project.id}/runs/try/", typed)

    asked = Message.objects.filter(experiment__project=world.project).select_related("content")
    assert [each.content.text for each in asked] == ["What does 6.5 say?\nQuote it."] * 2


def test_a_refused_question_keeps_what_was_typed_and_asks_nobody(browser: Browser, world: World) -> None:
    house, gone = world.profile(), world.profile("gone")
    ed = browser(world.people["ed"])
    disable_profile(caller=world.caller("olga"), profile_id=gone.id)
    typed = {"text": QUESTION, "title": "Mine", "version": "1", "profile": [house.id, gone.id]}
    page = ed.post(address(world), typed)
    assert page.status_code == 409
    assert "The model gone is disabled." in page.content.decode()
    (text,) = elements(page, "textarea", id="experiment-text")
    assert text.text.strip() == QUESTION.strip()
    assert elements(page, "input", id="experiment-title")[0].attributes["value"] == "Mine"
    assert chosen(page) == [str(house.id)]
    page = ed.post(address(world), {**typed, "profile": []})
    assert page.status_code == 400
    assert "Choose a model." in page.content.decode()
    page = ed.post(address(world), {**typed, "profile": ["x"]})
    assert page.status_code == 400
    assert not Experiment.objects.filter(project=world.project).exists()


def test_a_version_that_does_not_exist_is_refused_with_the_text(browser: Browser, world: World) -> None:
    house = world.profile()
    page = browser(world.people["ed"]).post(address(world), {"text": "Why?", "version": "77", "profile": [house.id]})
    assert page.status_code == 404
    assert "Why?" in page.content.decode()


def test_the_models_that_were_asked_last_are_chosen(browser: Browser, world: World) -> None:
    profiles = [world.profile(name) for name in ("a", "b", "c", "d", "e")]
    ed = browser(world.people["ed"])
    assert len(chosen(ed.get(address(world)))) == 4
    world.start(world.experiment(), profiles[1], profiles[4], by="rae")
    assert chosen(ed.get(address(world))) == [str(profiles[1].id), str(profiles[4].id)]


def test_without_a_model_owners_are_led_to_add_one(browser: Browser, world: World) -> None:
    words = "An owner can add one in the settings."
    assert words in browser(world.people["ed"]).get(address(world)).content.decode()
    page = browser(world.people["olga"]).get(address(world)).content.decode()
    assert words not in page
    assert f"/projects/{world.project.id}/settings/models/new/" in page


def test_nothing_is_made_where_a_model_is_of_elsewhere(world: World) -> None:
    with pytest.raises(NotFound):
        start_experiment(caller=world.caller("ed"), project_id=world.project.id, text="Why?", profile_ids=[uuid4()])
    assert not Experiment.objects.filter(project=world.project).exists()


def test_a_long_first_line_is_cut() -> None:
    title = title_of("\n\n" + "word " * 60)
    assert len(title) <= 200
    assert title.endswith("word…")
    assert title_of("") == ""


@pytest.fixture
def evaluations(world: World) -> Evaluations:
    found = Evaluations(world)
    world.profile(input_price=1_000_000, output_price=1_000_000, token_limit=1000)
    found.save(suite=suite_of(EXPECTED), cases=terms(True, False))
    return found


def test_a_version_is_evaluated_by_a_suite_with_its_models(browser: Browser, evaluations: Evaluations) -> None:
    world = evaluations.world
    rae = browser(world.people["rae"])
    page = rae.get(f"{address(world)}?kind=evaluate")
    (place,) = elements(page, id="experiment-suites")
    words = " ".join(place.text.split())
    assert words.startswith("Suite evaluations/regression.yaml 2 cases · house · 2 answers · At most $0.00")
    assert "no suite" in elements(rae.get(f"{address(world)}?version=1"), id="experiment-suites")[0].text

    answer = rae.post(address(world), {"kind": "evaluate", "version": "2", "suite": SUITE, "title": " "})
    made = Experiment.objects.get(project=world.project)
    assert answer["Location"] == f"/projects/{world.project.id}/runs/{made.id}/"
    assert (made.kind, made.suite, made.version, made.title) == ("evaluate", SUITE, 2, SUITE)
    assert [run.profile.name for run in Run.objects.filter(experiment=made)] == ["house"]


def test_a_refused_evaluation_keeps_what_was_chosen(browser: Browser, evaluations: Evaluations) -> None:
    world = evaluations.world
    typed = {"kind": "evaluate", "version": "1", "suite": SUITE, "title": "Mine", "text": "Typed before"}
    page = browser(world.people["ed"]).post(address(world), typed)
    assert page.status_code == 400
    assert f"There is no file {SUITE} in v1." in page.content.decode()
    assert elements(page, "input", id="experiment-title")[0].attributes["value"] == "Mine"
    assert elements(page, "textarea", id="experiment-text")[0].text.strip() == "Typed before"
    (kind,) = [each for each in elements(page, "input") if each.attributes.get("value") == "evaluate"]
    assert "checked" in kind.attributes
    assert not Experiment.objects.filter(project=world.project).exists()


def test_nothing_is_made_where_a_model_of_the_suite_is_disabled(browser: Browser, evaluations: Evaluations) -> None:
    world = evaluations.world
    disable_profile(caller=world.caller("olga"), profile_id=ModelProfile.objects.get(project=world.project).id)
    page = browser(world.people["ed"]).post(address(world), {"kind": "evaluate", "version": "2", "suite": SUITE})
    assert page.status_code == 409
    assert not Experiment.objects.filter(project=world.project).exists()


def cost_in(answer: Any) -> int:
    """What the form says that its only model costs at most."""
    (cost,) = re.findall(r'data-cost="([0-9]+)"', answer.content.decode())
    return int(cost)


def test_a_change_can_be_about_the_newest_commit_of_a_repository(browser: Browser, world: World) -> None:
    house = world.profile(input_price=1_000_000)
    repository = connected(world.caller("olga"), world.project.id)
    ed = browser(world.people["ed"])
    (place,) = elements(ed.get(address(world)), "select", id="experiment-repository")
    assert f"acme/prompts · main {repository.latest_commit[:7]}" in place.text
    typed = {"kind": "change", "text": "Be precise.", "version": "1", "repository": repository.id, "profile": house.id}
    assert ed.post(address(world), {**typed, "repository": "x"}).status_code == 400
    refused = ed.post(address(world), {**typed, "text": " "})
    assert refused.status_code == 400
    # The most that is sent of a commit, twice; of the version it is little.
    assert (
        cost_in(refused)
        > 2 * MAX_TOTAL_BYTES
        > cost_in(ed.post(address(world), {**typed, "text": " ", "repository": ""}))
    )
    ed.post(address(world), typed)
    made = Experiment.objects.get(project=world.project)
    assert (made.repository, made.commit, made.version) == (repository, repository.latest_commit, None)
