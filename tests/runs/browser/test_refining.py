"""A prompt is refined from the form to the proposal, while its page shows how far the search is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from proposals.models import Proposal
from tests.browser.people import Person, World
from tests.browser.test_accessible import in_both_themes
from tests.patience import PATIENCE
from tests.runs.asked import Asked
from tests.runs.browser.conftest import Models
from tests.runs.browser.measuring import save
from tests.runs.evaluations import CASES, SUITE, suite_of
from tests.runs.refinements import GRADER, WORDS, cases_of, fenced, system_of

BEST = "Say " + ", ".join(WORDS)


@pytest.fixture
def proposing(world: World, models: Models) -> None:
    """v13 with a suite; `writer` proposes two texts, the second of which is right, and waits before that."""
    models.add("good", display_name="House")
    models.add("writes", display_name="Writer")

    def write(_asked: Asked) -> str:
        if sum(each.model == "writes" for each in models.provider.asked) == 1:
            return fenced("Say rash.")
        models.provider.released.wait(PATIENCE)
        return fenced(BEST)

    models.provider.texts |= {"good": system_of, "writes": write}
    files: dict[str, Any] = {
        f"files/{SUITE}": {"content": suite_of(GRADER, models="good"), "language": "yaml"},
        f"files/{CASES}": {"content": cases_of(WORDS * 4), "language": "jsonl"},
    }
    world.arrange(lambda: save(world, **files))


def test_a_prompt_is_refined_and_the_best_text_is_proposed(
    person: Callable[..., Person], proposing: None, runner: None, models: Models, world: World
) -> None:
    page = person("editor").open("runs/new/")
    page.get_by_role("radio", name="Refine").check()
    expect(page.locator("#experiment-text")).to_be_hidden()
    expect(page.get_by_role("button", name="Evaluate")).to_be_hidden()
    expect(page.get_by_label("Improve", exact=True)).to_have_value("prompt_text")
    expect(page.locator("#refine-calls-hint")).to_have_text("at least 25")
    page.locator(".new-experiment-models").get_by_label("House").uncheck()
    page.locator(".new-experiment-models").get_by_label("Writer").check()
    assert in_both_themes(page) == []
    page.get_by_label("Calls at most").fill("60")
    page.get_by_role("button", name="Refine").click()

    run = page.locator(".refining")
    expect(run.get_by_role("heading")).to_have_text("Writer improves Prompt")
    expect(run.locator(".refining-texts > li")).to_have_count(2)
    expect(run.locator(".refining-facts")).to_contain_text("of 60 at most")
    models.provider.released.set()
    expect(run.locator(".refining-facts")).to_contain_text("0.0 % → 100.0 %")
    run.get_by_text("Text 2", exact=True).click()
    expect(run.locator("pre").first).to_have_text(BEST)
    assert in_both_themes(page) == []
    run.get_by_role("button", name="Propose the best text").click()
    expect(page.get_by_role("button", name="0.0 % → 100.0 % on cases held back")).to_be_visible()
    proposal = world.arrange(lambda: Proposal.objects.get(project=world.project))
    assert proposal.is_private
