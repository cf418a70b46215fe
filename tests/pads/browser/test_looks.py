"""Long names, long pads, narrow windows and forced colours: what says a state or acts is neither cut nor covered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from stages.pads.models import Pad
from stages.pads.services import close_pad
from tests.browser.people import Person, World
from tests.browser.test_forced_colours import style, with_forced_colours
from tests.browser.test_long_names import BROKEN_WORDS, LONG, hidden
from tests.pads.browser.conftest import Pads, PadWindow
from tests.pads.histories import Step, write_log

Open = Callable[..., PadWindow]
WIDTHS = (1440, 1280, 820, 640, 390)
FILE = f"files/{LONG[:60]}/{LONG[:60]}.md"


@pytest.fixture
def long_names(pads: Pads, world: World) -> Pad:
    """People, a field and a pad with names that fit nowhere; all people have written."""

    def rename() -> None:
        for number, user in enumerate(world.people.values()):
            User.objects.filter(pk=user.pk).update(display_name=f"{LONG}{number}")
        writer = world.writer("editor")
        content = {"language": "markdown", "content": "# Notes\n"}
        writer.save({FILE: content}, writer.take(FILE), base=version, release_locks=True)

    version = world.current().version_number
    world.arrange(rename)
    closed = pads.make(name=f"{LONG[:100]} closed", target_field=FILE)
    world.arrange(lambda: close_pad(caller=world.caller("owner"), pad_id=closed.id))
    pad = pads.make(name=LONG[:120], target_field=FILE)
    steps: list[Step] = []
    for number, user in enumerate(world.people.values()):
        steps.append((number * 5, user.id, (0, 0, f"# {LONG}\nwords of {number}\n")))
    world.arrange(lambda: write_log(pad, steps, begin=timezone.now() - timedelta(minutes=60)))
    return pad


def found_on(page: Page) -> dict[str, list[str]]:
    """What is hidden or broken on a page, by the width of its window."""
    wrong = hidden(page, WIDTHS)
    for width in (820, 390):
        page.set_viewport_size({"width": width, "height": 844})
        if words := page.evaluate(BROKEN_WORDS):
            wrong.setdefault(f"{width} px", []).extend(one for one in words if one.split(" in ")[0] not in LONG * 2)
    return {width: words for width, words in wrong.items() if words}


def test_long_names_leave_states_and_acts_in_place(
    person: Callable[..., Person], open_pad: Open, pads: Pads, long_names: Pad
) -> None:
    daniel = open_pad("editor", long_names)
    daniel.write("words")
    mara = person("owner")
    wrong = {}
    for path in ("pads/", f"pads/{long_names.id}/", f"pads/{long_names.id}/history/?at=2"):
        page = mara.open(path)
        page.wait_for_load_state("networkidle")
        wrong[path] = found_on(page)
    mara.page.set_viewport_size({"width": 1440, "height": 900})
    page = mara.open(f"pads/{long_names.id}/")
    PadWindow(page, mara)
    page.locator(".pad-person-choose").nth(1).click()
    wrong["authors"] = found_on(page)
    assert {path: found for path, found in wrong.items() if found} == {}


def test_a_very_long_pad_is_opened_stepped_through_and_compared(
    person: Callable[..., Person], open_pad: Open, pads: Pads, world: World
) -> None:
    pad = pads.make(target_field="prompt_text")
    daniel = world.people["editor"].id
    line = "A line of a pad that has very many of them.\n"
    steps: list[Step] = [
        *((number, daniel, (0, 0, line * 1_500)) for number in range(4)),
        (10, daniel, (0, 0, "The newest line.\n")),
    ]
    world.arrange(lambda: write_log(pad, steps, begin=timezone.now() - timedelta(minutes=60)))
    window = open_pad("editor", pad)
    expect(window.page.locator(".sheet-foot")).to_contain_text("6,002 lines")
    window.write("and the end")
    expect(window.kept).to_contain_text("All kept ·")
    page = window.window.open(f"pads/{pad.id}/history/?at=5")
    expect(page.locator(".past-lines ins")).to_have_text(["The newest line."])
    expect(page.get_by_text("more lines are not shown here")).to_be_visible()
    page.get_by_role("link", name="Compare with Prompt").click()
    expect(page.get_by_text("Compared with Prompt in v")).to_be_visible()


def test_what_is_chosen_is_marked_where_colours_are_forced(
    person: Callable[..., Person], open_pad: Open, pads: Pads, world: World
) -> None:
    pad = pads.make()
    people = [world.people[name].id for name in ("editor", "owner")]
    steps: list[Step] = [(at * 10, user, (0, 0, "words\n")) for at, user in enumerate(people)]
    world.arrange(lambda: write_log(pad, steps, begin=timezone.now() - timedelta(minutes=30)))
    window = open_pad("owner", pad)
    page = with_forced_colours(window.page)
    expect(page.locator(".pad-link[aria-current=true]")).to_have_css("outline-style", "solid")
    page.locator(".pad-person-choose").first.click()
    expect(page.locator(".pad-person[data-chosen]")).to_have_css("outline-style", "solid")
    page = with_forced_colours(window.window.open(f"pads/{pad.id}/history/"))
    expect(page.locator(".pad-stop[aria-current]")).to_have_css("outline-style", "solid")
    expect(page.locator(".pad-stop:not([aria-current])").first).to_have_css("outline-style", "none")
    canvas = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert style(page.locator(".ruler-bar").first, "fill") != canvas
