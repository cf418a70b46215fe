"""The first line of what runs are for: several models change a draft, somebody watches, one is chosen and proposed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from proposals.models import Proposal, ProposalState
from stages.runs.models import Experiment, Run
from tests.browser.contexts import Scheme
from tests.browser.people import Person, World
from tests.browser.test_accessible import TOO_WIDE, violations
from tests.browser.test_forced_colours import style, with_forced_colours
from tests.runs.browser.conftest import Models
from tests.runs.browser.test_experiment import card, state

Address = Callable[[Experiment], str]
PATCH = """Adds whom to ask.

```diff
--- /dev/null
+++ b/files/{name}.md
@@ -0,0 +1 @@
+Ask the clinic first: {name}.
```
"""
WINDOWS: list[tuple[Scheme, tuple[int, int]]] = [
    ("light", (1440, 900)),
    ("dark", (1280, 800)),
    ("light", (820, 1180)),
    ("dark", (390, 844)),
]


@pytest.mark.usefixtures("runner")
def test_three_models_answer_while_somebody_watches_one_is_chosen_and_proposed(
    person: Callable[..., Person], models: Models, world: World, address_of: Address
) -> None:
    models.provider.texts |= {name: PATCH.format(name=name) for name in ("quick", "second", "halts")}
    experiment = models.experiment("Say whom to ask", kind="change")
    daniel, mara = person("editor"), person("owner")
    for each in (daniel, mara):
        each.open(address_of(experiment))
    models.start(experiment, *models.add("quick", "second", "halts"))
    page = daniel.page
    for shown in (page, mara.page):
        expect(state(shown, "Quick")).to_have_text("Answered")
        expect(state(shown, "Second")).to_have_text("Answered")
        expect(card(shown, "Halts").locator(".answer-text")).to_contain_text("Adds")
    card(page, "Halts").get_by_role("button", name="Stop Halts").click()
    expect(state(mara.page, "Halts")).to_have_text("Stopped")
    expect(mara.page.locator("#experiment-head .badge")).to_have_text("To choose")

    page.get_by_role("link", name="Compare changes").click()
    expect(page.locator(".runs-head")).to_have_count(2)
    expect(page.locator(".lines").first).to_contain_text("Ask the clinic first: quick.")
    propose = page.get_by_role("button", name="Choose and propose")
    expect(propose).to_be_disabled()
    page.wait_for_load_state()
    page.keyboard.press("2")
    expect(page.locator(".runs-choose")).to_contain_text("2 Second becomes a private proposal of yours")
    page.get_by_role("link", name="To each other").click()
    expect(page.locator(".lines", has_text="Ask the clinic first: second.").first).to_be_visible()
    page.get_by_role("radio").first.check()
    first, second = with_forced_colours(page).locator("[data-choice-target=column]").all()
    assert style(first, "border-top-color") != style(second, "border-top-color")
    propose.click()
    expect(page.locator("[data-sheet-target=badge]")).to_have_text("Proposal · private")
    proposal = world.arrange(lambda: Proposal.objects.get(project=world.project))
    assert (proposal.state, proposal.author_id) == (ProposalState.PRIVATE, daniel.user.id)


@pytest.mark.usefixtures("runner")
def test_both_pages_are_accessible_and_fit(
    person: Callable[..., Person], models: Models, world: World, address_of: Address
) -> None:
    long_name = "A model with a very long name that nobody would read to its end"
    models.provider.texts |= {"quick": PATCH.format(name="a" * 60), "second": "Word " * 400}
    experiment = models.experiment("A question that is much longer than any title bar could hold, word by word by word")
    names = ("quick", "second", "wrong-key", *(f"third:{n}" for n in range(4)))
    profiles = [profile for name in names for profile in models.add(name, display_name=f"{long_name} {name}")]
    models.start(experiment, *profiles)
    found: dict[str, list[str]] = {}
    world.until(lambda: not Run.objects.unended().filter(experiment=experiment).exists())
    for scheme, size in WINDOWS:
        page = look_at(person, scheme, size, address_of(experiment))
        expect(page.locator(".console-foot [data-line=ended]")).to_be_visible()
        found[f"experiment {scheme} {size[0]}"] = violations(page)
        assert page.evaluate(TOO_WIDE) <= 0
        page.goto(f"{page.url}compare/")
        expect(page.locator(".runs-head").first).to_be_visible()
        found[f"compare {scheme} {size[0]}"] = violations(page)
        assert page.evaluate(TOO_WIDE) <= 0
    assert {where: words for where, words in found.items() if words} == {}


def look_at(person: Callable[..., Person], scheme: Scheme, size: tuple[int, int], path: str) -> Page:
    return person("owner", scheme=scheme, size=size).open(path)
