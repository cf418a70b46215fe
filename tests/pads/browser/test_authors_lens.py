"""Who wrote this: the card over a word, and the words of one person among those of all."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from stages.pads.models import Pad
from tests.browser.people import World
from tests.browser.test_accessible import TOO_WIDE, violations
from tests.browser.test_contrast import SCHEMES
from tests.pads.browser.conftest import Pads, PadWindow
from tests.pads.histories import write_log

Open = Callable[..., PadWindow]
TEXT = "# Decided\nRestart one dose level lower.\n"


@pytest.fixture
def written(pads: Pads, world: World) -> Pad:
    """Daniel writes two lines, and Mara puts a word into the second."""
    pad = pads.make(name="Amendment 5")
    daniel, mara = world.people["editor"].id, world.people["owner"].id
    steps = [(0.0, daniel, (0, 0, TEXT)), (9.0, mara, (TEXT.index("one"), 0, "always "))]
    world.arrange(lambda: write_log(pad, steps, begin=timezone.now() - timedelta(minutes=30)))
    return pad


def button(page: Page) -> Locator:
    return page.get_by_role("button", name="Who wrote this")


def card(page: Page) -> Locator:
    return page.locator(".author-card")


def person_row(page: Page, name: str) -> Locator:
    return page.locator(".pad-person", has_text=name)


def faded(page: Page) -> str:
    return "".join(page.locator(".cm-faded").all_text_contents())


def point_at(page: Page, words: str) -> None:
    """Rest the pointer in the middle of some words of the text."""
    place = page.evaluate(
        """words => {
            const { view } = document.querySelector('.cm-content').cmTile;
            const at = view.state.doc.toString().indexOf(words) + Math.floor(words.length / 2);
            const { left, right, top, bottom } = view.coordsAtPos(at, 1);
            return [(left + right) / 2 + 2, (top + bottom) / 2];
        }""",
        words,
    )
    page.mouse.move(place[0] - 2, place[1])
    page.mouse.move(*place)


def test_the_pointer_on_a_word_names_its_author_and_when(open_pad: Open, written: Pad) -> None:
    page = open_pad("reviewer", written).page
    point_at(page, "always")
    expect(button(page)).to_have_attribute("aria-pressed", "false")
    button(page).click()
    point_at(page, "always")
    expect(card(page)).to_contain_text(re.compile(r"Mara Lindqvist\s+\d\d:\d\d · revision 2"))
    expect(page.locator(".cm-authored")).to_have_text("always ")
    point_at(page, "Decided")
    expect(card(page)).to_contain_text(re.compile(r"Daniel Okafor\s+\d\d:\d\d · revision 1"))
    card(page).get_by_role("link", name="Show in history").click()
    expect(page.locator("#pad-history-body")).to_have_attribute("data-at", "1")


def test_the_key_shows_the_card_at_the_caret_and_gives_the_caret_back(open_pad: Open, written: Pad) -> None:
    window = open_pad("owner", written)
    page = window.page
    window.text.focus()
    page.keyboard.press("ControlOrMeta+Home")
    page.keyboard.press("Alt+w")
    expect(card(page)).to_contain_text("Daniel Okafor")
    expect(card(page).get_by_role("link", name="Show in history")).to_be_focused()
    page.keyboard.press("Escape")
    expect(card(page)).to_have_count(0)
    expect(window.text).to_be_focused()
    expect(button(page)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Alt+w")
    expect(card(page).get_by_role("link", name="Show in history")).to_be_focused()
    page.keyboard.press("Alt+w")
    expect(card(page)).to_have_count(0)
    expect(button(page)).to_have_attribute("aria-pressed", "false")


def test_the_words_of_one_person_stay_while_others_fade(open_pad: Open, written: Pad) -> None:
    daniel, mara = open_pad("editor", written), open_pad("owner", written)
    page = daniel.page
    person_row(page, "Mara Lindqvist").get_by_role("button", name="Mara Lindqvist", exact=True).click()
    expect(page.locator(".cm-faded").first).to_be_visible()
    assert faded(page) == TEXT.replace("\n", "")
    expect(page.locator("#side-people")).to_contain_text("Mara’s words")
    expect(person_row(page, "Mara Lindqvist")).to_contain_text("7 · 15 %")
    expect(page.locator("#pad-authors-sum")).to_have_text("Mara Lindqvist: 7 of 47 characters in 1 line")
    # What comes while it is on is shown at once.
    mara.write("Who asks?")
    expect(page.locator("#pad-authors-sum")).to_have_text("Mara Lindqvist: 16 of 56 characters in 2 lines")
    daniel.write(" Daniel does.")
    expect(page.locator(".cm-faded").last).to_have_text(" Daniel does.")
    page.get_by_role("button", name="Show all").click()
    expect(page.locator(".cm-faded")).to_have_count(0)
    expect(button(page)).to_have_attribute("aria-pressed", "true")
    button(page).click()
    expect(person_row(page, "Mara Lindqvist")).to_contain_text("16 characters")


def test_the_changes_of_the_chosen_person_can_be_taken_back(open_pad: Open, written: Pad, pads: Pads) -> None:
    page = open_pad("editor", written).page
    person_row(page, "Mara Lindqvist").get_by_role("button", name="Mara Lindqvist", exact=True).click()
    page.get_by_role("button", name="Take back…").click()
    dialog = page.get_by_role("dialog", name="Take back changes?")
    expect(dialog.get_by_role("radio")).to_be_checked()
    dialog.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("The changes are taken back.")).to_be_visible()
    assert pads.text(written) == TEXT


def test_the_lens_is_accessible_and_fits(open_pad: Open, written: Pad) -> None:
    found: dict[str, list[str]] = {}
    for size in ((1440, 900), (820, 1180), (390, 844)):
        page = open_pad("editor", written, size=size).page
        button(page).click()
        if size[0] == 1440:
            person_row(page, "Mara Lindqvist").get_by_role("button", name="Mara Lindqvist", exact=True).click()
        point_at(page, "always")
        expect(card(page)).to_contain_text("revision 2")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            found[f"{scheme} {size[0]}"] = violations(page)
        assert page.evaluate(TOO_WIDE) <= 0
    assert {where: words for where, words in found.items() if words} == {}
