"""Where the system paints backgrounds away (forced colours), what is open, chosen or marked is still told apart."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.people import Person, World


def with_forced_colours(page: Page) -> Page:
    page.emulate_media(forced_colors="active")
    return page


def style(one: Locator, name: str, pseudo: str | None = None) -> str:
    read = "(one, [name, pseudo]) => getComputedStyle(one, pseudo).getPropertyValue(name)"
    return str(one.evaluate(read, [name, pseudo]))


def test_the_open_tab_field_and_the_selection_are_marked(person: Callable[..., Person]) -> None:
    mara = person("owner")
    page = with_forced_colours(mara.at_work())
    tabs = page.locator("#project-tabs")
    opened, other = tabs.locator(".nav-tab[aria-current]"), tabs.locator(".nav-tab:not([aria-current])").first
    assert style(opened, "border-bottom-color") != style(other, "border-bottom-color")
    assert style(page.locator(".field-row[aria-current=true]"), "outline-style") == "solid"
    assert style(page.locator(".field-row:not([aria-current=true])").first, "outline-style") == "none"
    mara.text.click()
    page.keyboard.press("ControlOrMeta+a")
    line = page.locator(".cm-line").first
    assert style(line, "background-color", "::selection") not in {"rgba(0, 0, 0, 0)", "transparent"}
    assert style(page.locator(".cm-editor"), "outline-style") == "solid"
    page.keyboard.press("ControlOrMeta+k")
    expect(page.locator(".palette-row").first).to_be_visible()
    assert style(page.locator(".palette-row[aria-selected=true]"), "outline-style") == "solid"


def test_who_writes_and_what_they_wrote_are_marked(person: Callable[..., Person]) -> None:
    mara, daniel = person("owner"), person("editor")
    mara.at_work()
    page = with_forced_colours(daniel.at_work())
    mara.write("Unsaved. ")
    expect(daniel.badge).to_contain_text("Being edited by")
    assert style(daniel.badge, "border-bottom-style") == "solid"
    name = page.locator(".cm-remote-name")
    expect(name).to_be_visible()
    assert style(name, "border-top-style") == "solid"
    assert style(page.locator(".cm-remote-caret"), "border-left-width") == "2px"


def test_inserted_and_removed_words_are_marked(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = with_forced_colours(mara.open("compare/?base=9&target=12&view=unified"))
    assert "underline" in style(page.locator("ins").first, "text-decoration-line")
    assert "line-through" in style(page.locator("del").first, "text-decoration-line")
    mara.at_work()
    mara.write("Unsaved. ")
    page.locator("[data-sheet-target=compare]").click()
    expect(page.locator(".cm-merge-b .cm-changedText").first).to_be_visible()
    assert "underline" in style(page.locator(".cm-merge-b .cm-changedText").first, "text-decoration-line")
