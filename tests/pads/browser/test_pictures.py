"""The pictures of pads for the documentation; with `FOUNDRY_PICTURES=1` they replace those in `docs/pictures`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.utils import timezone
from playwright.sync_api import expect

from kernel.crdt.edits import count_units
from stages.pads.models import Pad
from stages.pads.services import close_pad, promote_pad
from tests.browser.conftest import pictures  # noqa: F401 (a fixture)
from tests.browser.people import Person, World
from tests.browser.test_pictures import in_both_themes
from tests.pads.browser.conftest import Pads, PadWindow
from tests.pads.histories import Step, write_log

NAME = "Amendment 5: dosing and reporting"
# Who writes which part when, in minutes.
PARTS = (
    (0, "owner", "# What amendment 5 changes for the agent\nNotes for the prompt. It takes effect on 2027-01-11.\n\n"),
    (
        10,
        "owner",
        "## Decided\n- Restart after an interruption of up to 28 days, one dose level lower (section 6.5.2).\n",
    ),
    (12, "editor", "- The sponsor's clock starts at awareness, not at grading (section 9.3.2).\n\n"),
    (25, "editor", '## Dosing\n- Level -2 is the lowest. Below it, answer only: "Discontinue per section 6.4.4."\n'),
    (27, "editor", "- After more than 28 days, do not propose a restart; cite section 6.5.3.\n\n"),
    (40, "reviewer", "## Safety\n- Grade every event by CTCAE 5.0, with the term, the grade and its line.\n"),
    (42, "reviewer", "- Where two sources disagree, quote both and set `escalate` to true.\n\n"),
    (55, "owner", "## Open questions\n- Do we name the monitor on call in every answer?\n"),
)


def steps_of(people: dict[str, UUID]) -> Iterator[Step]:
    """The parts, typed word for word."""
    at = 0
    for minutes, name, part in PARTS:
        for number, words in enumerate(re.findall(r"\S+\s*", part)):
            yield minutes + number / 15, people[name], (at, 0, words)
            at += count_units(words)


def promote(world: World, pad: Pad) -> None:
    """Mara makes a version of what is written so far."""
    version = world.current().version_number

    def make() -> None:
        writer = world.writer("owner")
        promote_pad(
            caller=writer.caller,
            pad_id=pad.id,
            revision=Pad.objects.get(pk=pad.id).head,
            part=None,
            field="prompt_text",
            place=None,
            session_id=writer.session,
            token=writer.take().token,
            base_version=version,
            message="Amendment 5: restart and safety",
            release_locks=True,
        )

    world.arrange(make)


def test_pictures_of_pads(
    person: Callable[..., Person],
    open_pad: Callable[..., PadWindow],
    pads: Pads,
    world: World,
    pictures: Path,  # noqa: F811
) -> None:
    people = {name: user.id for name, user in world.people.items()}
    pads.make(name="Grader wording", target_field="model_configuration", start="field")
    closed = pads.make(name="Amendment 4: what moves", target_field="prompt_text")
    world.arrange(lambda: close_pad(caller=world.caller("owner"), pad_id=closed.id))
    pads.make(name="Questions for the monitor", by="owner")
    pad = pads.make(name=NAME, target_field="prompt_text")
    begin = timezone.now() - timedelta(minutes=70)
    steps = list(steps_of(people))
    later = [step for step in steps if step[0] >= PARTS[-1][0]]
    world.arrange(lambda: write_log(pad, steps[: -len(later)], begin=begin))
    promote(world, pad)
    world.arrange(lambda: write_log(pad, later, begin=begin))

    daniel = open_pad("editor", pad)
    mara = open_pad("owner", pad)
    daniel.page.locator(".cm-line", has_text="cite section").click()
    expect(mara.page.locator(".pad-person", has_text="Daniel Okafor")).to_be_visible()
    in_both_themes(mara.page, pictures, "pad")
    mara.page.locator(".pad-person", has_text="Daniel Okafor").click()
    expect(mara.page.locator(".cm-faded").first).to_be_visible()
    in_both_themes(mara.page, pictures, "pad-authors")

    window = person("owner")
    page = window.open(f"pads/{pad.id}/history/")
    expect(page.locator("#pad-ruler")).to_be_visible()
    page.get_by_text("Changes", exact=True).first.click()
    in_both_themes(page, pictures, "pad-history")
    window.open("pads/")
    expect(page.get_by_role("link", name=NAME).first).to_be_visible()
    in_both_themes(page, pictures, "pads")
