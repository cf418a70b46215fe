"""The history of a pad in a browser: steps, the slider, playing, restoring, taking back, links to a moment."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from stages.pads.loading import read_text
from stages.pads.models import Pad
from tests.browser.people import Person, World
from tests.browser.test_accessible import TOO_WIDE, violations
from tests.browser.test_contrast import SCHEMES
from tests.pads.browser.conftest import Pads
from tests.pads.histories import Step, write_log

FIRST = "# Decided\nRestart after an interruption of up to 21 days.\n"
SECOND = "- Level -2 stays the lowest level.\n"
THIRD = "\n# Open questions\nWho asks the monitor?\n"


@pytest.fixture
def written(pads: Pads, world: World) -> Pad:
    """Three stops of this morning: Daniel begins, Mara corrects and adds, Daniel adds questions."""
    daniel, mara = world.people["editor"].id, world.people["owner"].id
    pad = pads.make(name="Amendment 5: dosing and reporting")
    at, middle = FIRST.index("21"), len(FIRST)
    steps: list[Step] = [
        *((number / 10, daniel, (number, 0, letter)) for number, letter in enumerate(FIRST)),
        (20, mara, (at, 2, "28")),
        *((21 + number / 20, mara, (middle + number, 0, letter)) for number, letter in enumerate(SECOND)),
        (40, daniel, (len(FIRST) + len(SECOND), 0, THIRD)),
    ]
    begin = timezone.now() - timedelta(minutes=60)
    world.arrange(lambda: write_log(pad, steps, begin=begin))
    return pad


def open_history(window: Person, pad: Pad, query: str = "") -> Page:
    page = window.open(f"pads/{pad.id}/history/{query}")
    expect(page.locator("#pad-ruler")).to_be_visible()
    page.wait_for_load_state()
    return page


def at(page: Page) -> int:
    """The revision that the address names."""
    found = re.search(r"[?&]at=(\d+)", page.url)
    return int(found[1]) if found else 0


def revision(page: Page, number: int) -> None:
    """Wait for a revision to be shown, and for the address to name it."""
    expect(page.locator("#pad-history-body")).to_have_attribute("data-at", str(number))
    expect(page).to_have_url(re.compile(rf"[?&]at={number}\b"))


def test_keys_step_by_stop_and_by_revision(person: Callable[..., Person], written: Pad) -> None:
    first, second, third = len(FIRST), len(FIRST) + 1 + len(SECOND), len(FIRST) + 2 + len(SECOND)
    page = open_history(person("reviewer"), written)
    revision(page, third)
    page.keyboard.press("ArrowLeft")
    revision(page, second)
    expect(page.locator(".past-lines ins")).to_have_text(["28", SECOND.strip()])
    expect(page.locator(".past-lines del")).to_have_text(["21"])
    page.keyboard.press("Shift+ArrowLeft")
    revision(page, second - 1)
    page.keyboard.press("ArrowLeft")
    revision(page, first)
    expect(page.locator(".pad-step-words")).to_have_text("Stop 1 of 3")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    revision(page, second)
    page.keyboard.press("Shift+ArrowRight")
    revision(page, third)
    expect(page.locator("[data-pad-history-target=words]")).to_contain_text(f"Revision {third}")
    page.get_by_role("link", name="Text", exact=True).click()
    expect(page.locator(".past-lines ins")).to_have_count(0)
    page.keyboard.press("ArrowLeft")
    revision(page, second)
    expect(page.locator(".past-lines ins")).to_have_count(0)


def test_playing_goes_from_stop_to_stop(person: Callable[..., Person], written: Pad) -> None:
    page = open_history(person("reviewer"), written, "?at=1")
    page.keyboard.press("Space")
    play = page.locator("#pad-play")
    expect(play).to_have_attribute("aria-pressed", "true")
    revision(page, len(FIRST))
    revision(page, written_head(page))
    expect(play).to_have_attribute("aria-pressed", "false")
    play.click()
    revision(page, len(FIRST))
    expect(play).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowLeft")
    expect(play).to_have_attribute("aria-pressed", "false")


def written_head(page: Page) -> int:
    return int(page.locator("#pad-ruler").get_attribute("aria-valuemax") or 0)


def test_the_slider_goes_where_it_is_dragged(person: Callable[..., Person], written: Pad) -> None:
    page = open_history(person("reviewer"), written)
    ruler = page.locator("#pad-ruler")
    box = ruler.bounding_box()
    assert box is not None
    y = box["y"] + 40
    page.mouse.move(box["x"] + box["width"] - 12, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 1, y, steps=4)
    expect(page.locator("[data-pad-history-target=chip]")).to_have_text("1")
    page.mouse.up()
    revision(page, 1)
    ruler.focus()
    page.keyboard.press("ArrowRight")
    revision(page, len(FIRST))
    expect(ruler).to_be_focused()


def test_a_link_leads_somebody_else_to_the_same_moment(person: Callable[..., Person], written: Pad) -> None:
    page = open_history(person("owner"), written)
    page.locator(".pad-stop").nth(1).click()
    revision(page, len(FIRST) + 1 + len(SECOND))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    other = person("reviewer").page
    other.goto(link)
    expect(other.locator(".past-lines ins").first).to_have_text("28")
    other.get_by_role("link", name="Back to now").click()
    expect(other.locator(".cm-content")).to_contain_text("Who asks the monitor?")


def test_an_earlier_text_is_restored(person: Callable[..., Person], written: Pad, world: World, pads: Pads) -> None:
    page = open_history(person("editor"), written, f"?at={len(FIRST)}")
    page.get_by_role("button", name="Restore this text…").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore this text").click()
    expect(page.locator(".cm-content")).to_contain_text("up to 21 days")
    expect(page.get_by_text(f"The text is that of revision {len(FIRST)} again.")).to_be_visible()
    assert pads.text(written) == FIRST
    then, now = (world.arrange(partial(read_text, written.id, number)) for number in (len(FIRST), None))
    assert then.authors.runs == now.authors.runs


def test_one_persons_changes_are_taken_back(person: Callable[..., Person], written: Pad, pads: Pads) -> None:
    page = open_history(person("editor"), written, f"?at={len(FIRST) + 1 + len(SECOND)}")
    page.get_by_role("button", name="Take back…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio")).to_have_count(1)
    dialog.get_by_label("From").select_option("0")
    expect(dialog.get_by_role("radio")).to_have_count(2)
    dialog.get_by_text("Mara").click()
    dialog.get_by_role("button", name="Take back").click()
    expect(page.locator(".cm-content")).to_contain_text("up to 21 days")
    assert pads.text(written) == FIRST + THIRD


def test_the_page_is_accessible_and_fits(person: Callable[..., Person], written: Pad) -> None:
    found: dict[str, list[str]] = {}
    for size in ((1440, 900), (820, 1180), (390, 844)):
        window = person("editor", size=size)
        page = open_history(window, written, f"?at={len(FIRST) + 1 + len(SECOND)}")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            found[f"{scheme} {size[0]}"] = violations(page)
        assert page.evaluate(TOO_WIDE) <= 0
        page.get_by_role("button", name="Take back…").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        found[f"dialog {size[0]}"] = violations(page)
    assert {where: words for where, words in found.items() if words} == {}
