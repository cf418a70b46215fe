"""A release waits for the evaluation of its content, and its bundle proves that it passed."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from publishing.models import Release
from publishing.policies import rules_of
from publishing.services import set_policy
from tests.browser.people import Person, World
from tests.browser.signers import fill_proof, let_sign, sign
from tests.browser.test_accessible import TOO_WIDE, violations
from tests.runs.browser.conftest import Models
from tests.runs.browser.measuring import NEW, OLD, evaluate, save_suite
from tests.runs.evaluations import SUITE

GATE = {"evaluation": {"suites": [SUITE], "enforcement": "block"}}


def require(world: World) -> None:
    rules = {**rules_of(world.project.id).data(), "gates": GATE}
    set_policy(caller=world.caller("owner"), project_id=world.project.id, rules=rules)


def test_what_a_gate_asks_is_shown_once_it_is_chosen(person: Callable[..., Person], world: World) -> None:
    """What is typed for a gate that is not chosen would be lost."""
    page = person("owner").open("releases/policy/")
    suites = page.get_by_label("Suites")
    expect(page.get_by_role("heading", name="Gate: Evaluation")).to_be_visible()
    expect(suites).to_be_hidden()
    page.get_by_label("Gate: Evaluation").check()
    suites.fill(SUITE)
    page.get_by_role("button", name="Save policy").click()
    expect(suites).to_have_value(SUITE)
    expect(page.get_by_label("Gate: Evaluation")).to_be_checked()
    assert world.arrange(lambda: rules_of(world.project.id)).gates == GATE
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(TOO_WIDE) <= 0
    page.get_by_label("Gate: Evaluation").uncheck()
    expect(suites).to_be_hidden()


@pytest.mark.usefixtures("runner")
def test_a_release_waits_for_its_evaluation_and_its_bundle_verifies(
    person: Callable[..., Person], world: World, models: Models, tmp_path: Path
) -> None:
    models.add("large")
    models.provider.texts["large"] = NEW
    world.arrange(lambda: let_sign(world))
    world.arrange(lambda: save_suite(world, "large"))
    world.arrange(lambda: require(world))
    daniel, sven = person("editor"), person("approver")
    daniel.expected.append("status of 409")
    page = daniel.open("releases/new/")
    gates = page.get_by_role("region", name="Gates")
    expect(gates).to_contain_text("this content was not evaluated")
    expect(gates).to_contain_text("Evaluate it under Runs")
    assert violations(page) == []
    page.get_by_label("What changed, and why").fill("Restart after 21 days.")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("alert")).to_contain_text("Evaluate it under Runs")
    expect(page.get_by_label("What changed, and why")).to_have_value("Restart after 21 days.")

    gates.get_by_role("link", name="Evaluate v13 by regression").click()
    expect(page.get_by_role("radio", name="Evaluate")).to_be_checked()
    expect(page.get_by_label("Suite", exact=True)).to_have_value(SUITE)
    evaluate(world)
    daniel.open("releases/new/")
    expect(gates).to_contain_text("not passed: 2 of 3 cases")
    gates.get_by_role("link", name="Results of regression").click()
    expect(page.locator(".results-head .badge")).to_have_text("Not passed")
    models.provider.texts["large"] = f"{OLD} {NEW}"
    evaluate(world)
    daniel.open("releases/new/")
    expect(gates).to_contain_text("Passed")
    page.get_by_label("What changed, and why").fill("Restart after 21 days.")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("heading", name="Release 1.0.0")).to_be_visible()
    address = page.url.removeprefix(world.address).partition("?")[0]

    release = world.arrange(lambda: Release.objects.get(project=world.project))
    world.arrange(lambda: sign(world, release, "authored", "editor"))
    world.arrange(lambda: sign(world, release, "reviewed", "reviewer"))
    sven.open(address)
    sven.page.get_by_role("link", name="Sign…").click()
    fill_proof(sven.page, sven.user.username)
    sven.page.get_by_role("button", name="Sign as approver").click()
    expect(sven.page.locator(".release-title .badge")).to_contain_text("Frozen")
    with sven.page.expect_download() as download:
        sven.page.get_by_role("link", name="Bundle").click()
    bundle = tmp_path / "bundle"
    zipfile.ZipFile(download.value.path()).extractall(bundle)
    root = next(path.parent for path in bundle.rglob("verify.py"))
    assert len(list((root / "runs").glob("*.jsonl"))) == 1
    verdict = subprocess.run([sys.executable, "verify.py"], cwd=root, capture_output=True, text=True, check=False)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    # Its three answers are one text.
    assert "1 runs of evaluations, their 1 outputs counted again" in verdict.stdout
