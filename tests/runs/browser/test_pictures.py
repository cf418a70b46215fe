"""The pictures of runs for the documentation; with `FOUNDRY_PICTURES=1` they replace those in `docs/pictures`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from stages.runs.models import Experiment
from tests.browser.conftest import pictures  # noqa: F401 (a fixture)
from tests.browser.people import Person, World
from tests.browser.test_pictures import in_both_themes
from tests.runs.browser.conftest import Models
from tests.runs.browser.measuring import NEW, OLD, evaluate, save, save_suite
from tests.runs.browser.test_experiment import card, state

Address = Callable[[Experiment], str]
TITLE = "What does 6.5 say after 22 days without a dose?"
QUESTION = "A patient has been off study drug for 22 days after a grade 3 event that has resolved. May we restart?"
LARGE = """Do not restart the study drug yourself. Section 6.5 allows a restart only after an interruption of
**21 days or less**; this one is 22 days.

What section 6.5 asks for now:

- Discontinue the drug and record the reason.
- End of treatment visit within 14 days.
- Safety follow-up 30 days after the last dose.
"""
SMALL = "The limit is 21 days, so 22 days is one day too long. Contact the medical monitor, who may decide otherwise."
CHANGE = """Says whom to ask.

```diff
--- /dev/null
+++ b/files/restart.md
@@ -0,0 +1,{count} @@
{lines}
```
"""


def change(*lines: str) -> str:
    return CHANGE.format(count=len(lines), lines="\n".join(f"+{line}" for line in lines))


@pytest.mark.usefixtures("runner")
def test_pictures_of_an_experiment_and_the_list(
    person: Callable[..., Person],
    models: Models,
    world: World,
    address_of: Address,
    pictures: Path,  # noqa: F811
) -> None:
    named = {"large": "Meridian Large", "halts": "Halden 2", "small": "Cobalt 4", "wrong-key": "Orsa 1"}
    profiles = [models.add(name, display_name=words)[0] for name, words in named.items()]
    models.provider.texts |= {"large": LARGE, "halts": SMALL, "small": SMALL}
    experiment = models.experiment(TITLE, text=QUESTION)
    daniel = person("editor")
    page = daniel.open(address_of(experiment))
    models.start(experiment, *profiles)
    expect(state(page, "Meridian Large")).to_have_text("Answered")
    expect(state(page, "Cobalt 4")).to_have_text("Answered")
    expect(card(page, "Halden 2").locator(".answer-text")).to_contain_text("The limit")
    expect(page.get_by_text("did not answer").first).to_be_visible()
    in_both_themes(page, pictures, "experiment")

    models.provider.texts |= {"large": change("Ask the medical monitor."), "small": change("Ask.", "Whom?")}
    compared = models.experiment("Say whom to ask before a restart", kind="change")
    models.start(compared, profiles[0], profiles[2])
    daniel.open(address_of(compared))
    page.get_by_role("link", name="Compare changes").click()
    expect(page.locator(".runs-head")).to_have_count(2)
    page.get_by_role("radio").first.check()
    in_both_themes(page, pictures, "runs-compare")
    daniel.open("runs/new/?kind=change")
    in_both_themes(page, pictures, "runs-new")
    daniel.open("runs/")
    expect(page.get_by_text(TITLE)).to_be_visible()
    in_both_themes(page, pictures, "runs")
    mara = person("owner")
    mara.open("settings/")
    mara.page.get_by_role("heading", name="Models").scroll_into_view_if_needed()
    in_both_themes(mara.page, pictures, "models")


@pytest.mark.usefixtures("runner")
def test_a_picture_of_results(
    person: Callable[..., Person],
    models: Models,
    world: World,
    pictures: Path,  # noqa: F811
) -> None:
    for name, words in (("large", "Meridian Large"), ("small", "Cobalt 4")):
        models.add(name, display_name=words)
    models.provider.texts |= {"large": OLD, "small": OLD}
    world.arrange(lambda: save_suite(world, "large", "small"))
    world.arrange(lambda: save(world, base=13, prompt_text="After 21 days, propose no restart."))
    old = evaluate(world)
    models.provider.texts["large"] = NEW
    world.arrange(lambda: save(world, base=14, prompt_text="After 21 days, propose no restart on your own."))
    new = evaluate(world)
    page = person("reviewer").open(f"runs/{new.id}/results/")
    page.get_by_label("against").select_option(str(old.id))
    page.get_by_role("link", name="C-07, Meridian Large: pass, now fail", exact=True).click()
    expect(page.locator(".result-answers section")).to_have_count(2)
    in_both_themes(page, pictures, "results")
