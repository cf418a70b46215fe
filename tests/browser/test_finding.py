"""The find panel of the editor: in the reader's words, with a count."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.people import Person, World


def test_the_find_panel_says_how_many_places_there_are_and_which_one_is_selected(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.text.click()
    page.keyboard.press("ControlOrMeta+f")
    field = page.get_by_role("textbox", name="Find")
    expect(field).to_be_focused()
    found = (world.current().prompt_text or "").lower().count("dose")
    assert found > 1
    page.keyboard.type("dose")
    counted = page.locator(".cm-search .find-count")
    expect(counted).to_have_text(f"{found} matches")
    page.get_by_role("button", name="Next").click()
    expect(counted).to_contain_text(f" of {found}")
    field.fill("no such words")
    field.press("End")
    expect(counted).to_have_text("No matches")
    # Looking for something is reading.
    mara.expect_state("free")
    page.keyboard.press("Escape")
    expect(mara.text).to_be_focused()
