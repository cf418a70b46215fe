"""Evaluations and repositories in a browser: started from the form, listed, and managed in the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from stages.runs.models import Repository
from tests.browser.people import Person, World
from tests.browser.test_accessible import PHONE, in_both_themes, in_every_window
from tests.runs.browser.conftest import Models
from tests.runs.changes import changed, changing
from tests.runs.evaluations import EXPECTED, Evaluations, suite_of, terms
from tests.runs.git_server import connected
from tests.runs.world import World as RunsWorld


@pytest.fixture
def evaluations(world: World) -> Evaluations:
    """A suite in v13, and a second one in v14."""
    people = {"ed": world.people["editor"], "olga": world.people["owner"]}
    found = Evaluations(RunsWorld(world.project, people))

    def prepare() -> None:
        found.world.profile(display_name="House", input_price=3_000_000, output_price=15_000_000, token_limit=500)
        found.save(suite=suite_of(EXPECTED), cases=terms(True, True, False))
        smoke = suite_of(EXPECTED, repeat="2")
        second: Any = {"files/evaluations/smoke.yaml": {"content": smoke, "language": "yaml"}}
        found.save(**second)

    world.arrange(prepare)
    return found


def test_a_version_is_evaluated_from_the_form(
    person: Callable[..., Person], evaluations: Evaluations, models: Models
) -> None:
    page = person("editor").open("runs/new/")
    page.locator("#experiment-text").fill("Typed before.")
    page.get_by_role("radio", name="Evaluate").check()
    expect(page.locator("#experiment-text")).to_be_hidden()
    suite = page.get_by_label("Suite", exact=True)
    expect(suite.locator("option")).to_have_text(["evaluations/regression.yaml", "evaluations/smoke.yaml"])
    suite.select_option("evaluations/smoke.yaml")
    expect(page.locator("#experiment-suite-facts")).to_contain_text("3 cases · House · 6 answers · At most $")
    page.get_by_label("About version").select_option("13")
    expect(suite.locator("option")).to_have_text(["evaluations/regression.yaml"])
    assert in_both_themes(page) == []
    page.get_by_role("button", name="Evaluate").click()
    expect(page.locator(".results-source")).to_have_text("v13")


def test_the_list_shows_evaluations_and_changes_of_repositories(
    person: Callable[..., Person], evaluations: Evaluations, world: World
) -> None:
    def prepare() -> None:
        evaluations.evaluate(title="Does v14 grade well?")
        cases = terms(True, False, False).replace('"rash 3", "expected": "fever"', '"fever 3", "expected": "fever"')
        evaluations.save(cases=cases)
        evaluations.evaluate(title="Does v15 still grade as well as v14?")
        repository = connected(world.caller("owner"), world.project.id)
        experiment = changing(world.caller("editor"), repository)
        changed(world.caller("editor"), experiment, evaluations.world.profile("second"))
        evaluations.start(evaluations.make(title="Once more"))

    world.arrange(prepare)
    page = person("reviewer").open("runs/")
    expect(page.locator(".run-row")).to_have_count(4)
    expect(page.get_by_text("1 regressed, 1 fixed")).to_be_visible()
    assert in_both_themes(page) == []
    page.get_by_role("link", name="Does v15 still").click()
    expect(page.locator(".results-group").first).to_contain_text("Regressed")


def test_repositories_are_managed_in_every_window(person: Callable[..., Person], world: World) -> None:
    owner, project = world.caller("owner"), world.project.id
    repository: Repository = world.arrange(lambda: connected(owner, project))
    page = person("owner", size=PHONE).open("settings/repositories/new/")
    assert in_every_window(page) == []
    desktop = person("owner").open(f"settings/repositories/{repository.id}/")
    desktop.get_by_role("checkbox", name=".gitmodules").check()
    desktop.get_by_role("button", name="Save changes").click()
    expect(desktop.locator("#repositories")).to_contain_text("Runs may also change .gitmodules")
