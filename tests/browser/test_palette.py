"""The command palette and the shortcuts, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.people import Person, World


def asked(page: Page, question: str) -> Locator:
    """Open the palette by its key and type; the row that Enter would choose."""
    page.wait_for_load_state()
    page.keyboard.press("ControlOrMeta+k")
    expect(page.get_by_role("combobox", name="Search or jump to")).to_be_focused()
    page.keyboard.type(question)
    return page.locator(".palette-row[aria-selected=true]")


def test_a_field_a_version_and_a_word_are_a_few_letters_away(person: Callable[..., Person], world: World) -> None:
    priya = person("reviewer")
    page = priya.at_work()
    expect(asked(page, "conf")).to_contain_text("Model configuration")
    expect(page.locator("#palette-question")).to_have_attribute("aria-activedescendant", re.compile("palette-1-1"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Model configuration")
    expect(page).to_have_url(re.compile(r"\?field=model_configuration$"))
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Prompt")
    expect(asked(page, "paraphrase").filter(has_text="Prompt, line")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".cm-activeLine")).to_contain_text("paraphrase")
    expect(asked(page, "v9")).to_contain_text("v9")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page).to_have_url(re.compile(r"compare/\?base=9&target=12"))
    expect(asked(page, "members")).to_contain_text("Go to Members")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/members/$"))


def test_it_saves_takes_back_and_changes_the_theme(person: Callable[..., Person]) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.write("From the palette. ")
    expect(asked(page, "save as")).to_contain_text("Save as v13")
    page.keyboard.press("Enter")
    expect(mara.toast("Saved as v13")).to_be_visible()
    expect(mara.text).to_be_focused()
    expect(asked(page, "stop ed")).to_contain_text("Stop editing Prompt")
    page.keyboard.press("Enter")
    mara.expect_state("free")
    expect(asked(page, "undo")).to_contain_text("Undo my last change…")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    expect(mara.toast("v14 undoes v13.")).to_be_visible()
    expect(asked(page, "dark")).to_contain_text("Dark theme")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_escape_gives_the_focus_back_and_nothing_is_chosen(person: Callable[..., Person]) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.take()
    expect(asked(page, "no such thing at all")).to_contain_text("Search all versions and comments for")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(mara.text).to_be_focused()
    page.get_by_role("button", name="Search or jump to").click()
    # The rows of the question before are gone.
    expect(page.get_by_text("Search all versions and comments for")).to_have_count(0)
    expect(page.locator(".palette-row").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".palette-row").last).to_have_attribute("aria-selected", "true")


def test_the_help_lists_the_shortcuts_and_they_can_be_switched_off(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.page
    page.goto(f"{world.url}/account/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Shortcuts")).to_contain_text("Previous field")
    page.keyboard.press("Escape")
    page.get_by_role("group", name="Keyboard shortcuts").get_by_role("button", name="Off").click()
    expect(mara.toast("Shortcuts are off.")).to_be_visible()
    page.keyboard.press("?")
    page.keyboard.press("ControlOrMeta+k")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Search or jump to").click()
    expect(page.get_by_role("dialog", name="Search or jump to")).to_be_visible()


def test_on_a_phone_the_palette_is_a_button(person: Callable[..., Person]) -> None:
    mara = person("owner", size=(390, 844))
    page = mara.at_work()
    page.get_by_role("button", name="Search or jump to").click()
    page.get_by_role("combobox", name="Search or jump to").fill("topo")
    page.get_by_role("option", name="topology.yaml").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("topology.yaml")
