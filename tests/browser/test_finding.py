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
    # Three rows: what is looked for, how, and what replaces it.
    tops = "all => new Set(all.map(one => Math.round(one.getBoundingClientRect().top))).size"
    assert page.locator(".cm-search label").evaluate_all(tops) == 1
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


def test_who_may_only_read_finds_too_and_is_offered_no_replacing(person: Callable[..., Person]) -> None:
    priya = person("reviewer")
    page = priya.at_work()
    priya.text.click()
    page.keyboard.press("ControlOrMeta+f")
    page.keyboard.type("dose")
    expect(page.locator(".cm-search .find-count")).to_contain_text("matches")
    expect(page.locator(".cm-search").get_by_text("Replace")).to_have_count(0)


def test_both_texts_of_a_comparison_can_be_searched(person: Callable[..., Person]) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.write("Unsaved dose. ")
    page.locator("[data-sheet-target=compare]").click()
    dialog = page.get_by_role("dialog")
    yours = dialog.locator(".cm-merge-b")
    yours.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+f")
    expect(yours.get_by_role("textbox", name="Find")).to_be_focused()
    page.keyboard.type("Unsaved dose")
    expect(yours.locator(".find-count")).to_have_text("1 match")
    # Escape closes the panel first, the dialog second.
    page.keyboard.press("Escape")
    expect(yours.locator(".cm-search")).to_have_count(0)
    expect(dialog).to_be_visible()
    dialog.locator(".cm-merge-a .cm-content").click()
    page.keyboard.press("ControlOrMeta+f")
    expect(dialog.locator(".cm-merge-a").get_by_role("textbox", name="Find")).to_be_focused()
