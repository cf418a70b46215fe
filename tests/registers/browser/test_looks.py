"""Tables in every window and both themes: axe finds nothing, nothing is wider than its window."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.people import Person
from tests.browser.test_accessible import in_both_themes, too_wide
from tests.registers.browser.conftest import REFUSED, Table, Tables
from tests.registers.browser.filling import fill

Open = Callable[..., Table]
WIDTHS = (1440, 1280, 820, 390)


def wrong(page: Page) -> list[str]:
    """What is too wide in each window, and what axe finds in the narrowest one."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width} px: {each}" for each in too_wide(page)]
    found += in_both_themes(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    return found


def test_a_table_is_accessible_in_every_window(open_table: Open, tables: Tables) -> None:
    fill(tables)
    table = open_table("editor")
    page = table.page
    table.go(9, "statement")
    expect(page.locator(".reg-cell-facts")).to_contain_text("Statement of REQ-9")
    found = {"grid": [*in_both_themes(page), *wrong(page)]}
    table.window.expected.append(REFUSED)
    table.go(3, "due")
    table.type("some day")
    table.press("Enter")
    expect(table.bar("Not saved.")).to_be_visible()
    table.go(4, "area")
    table.press("Enter")
    expect(page.get_by_role("option", name="Dosing")).to_be_visible()
    found["refused"] = wrong(page)
    assert {state: words for state, words in found.items() if words} == {}


def test_forms_of_a_table_are_accessible(person: Callable[..., Person], tables: Tables) -> None:
    daniel = person("editor")
    found = {"none": wrong(daniel.open("registers/")), "new": wrong(daniel.open("registers/new/"))}
    tables.make()
    for path in ("", "columns/area/change/", "import/"):
        found[path] = wrong(daniel.open(f"registers/tables/requirements/{path}"))
    page = daniel.open("registers/tables/requirements/?filter=area:is:Safety&q=dose")
    for button in ("Filter", "Save view", "8 columns"):
        page.get_by_role("button", name=button, exact=True).click()
        found[button] = wrong(page)
        page.keyboard.press("Escape")
    assert {state: words for state, words in found.items() if words} == {}
