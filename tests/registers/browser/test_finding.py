"""Records are found by their key from anywhere, filters say what is wrong with them, and the help names the keys."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from stages.registers.schema import Column
from tests.registers.browser.conftest import REFUSED, Table, Tables

Open = Callable[..., Table]


def test_the_palette_finds_a_record_by_its_key(open_table: Open, tables: Tables) -> None:
    tables.make()
    _first, second = tables.add([{"statement": "One"}, {"statement": "Pump stops"}])
    table = open_table("editor")
    table.press("ControlOrMeta+k")
    table.type("REQ-2")
    entry = table.page.get_by_role("option", name=re.compile("REQ-2.*Pump stops"))
    expect(entry).to_be_visible()
    entry.click()
    table.page.wait_for_url(re.compile(f"records/{second}/"))


def test_a_filter_that_is_wrong_stays_open_and_says_why(open_table: Open, tables: Tables) -> None:
    tables.make()
    tables.add([{"statement": "One"}])
    table = open_table("editor")
    table.window.expected.append(REFUSED)
    page = table.page
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Column", exact=True).select_option("due")
    page.get_by_label("Value").fill("soon")
    page.get_by_role("button", name="Add the filter").click()
    expect(page.get_by_role("alert").filter(has_text="Not a date")).to_be_visible()
    expect(page.get_by_label("Value")).to_have_value("soon")
    expect(page.get_by_label("Column", exact=True)).to_have_value("due")
    page.get_by_label("Value").fill("2026-12-11")
    page.get_by_role("button", name="Add the filter").click()
    expect(page.get_by_text("No record fits this.")).to_be_visible()


def test_keys_of_the_cells_are_in_the_help_which_begins_at_its_top(open_table: Open, tables: Tables) -> None:
    tables.make()
    table = open_table("editor")
    table.press("?")
    help_ = table.page.get_by_role("dialog", name="Shortcuts")
    expect(help_.get_by_text("Fill down")).to_have_count(1)
    assert help_.evaluate("dialog => dialog.scrollTop") == 0
    expect(help_.locator(".dialog-title")).to_be_in_viewport()
    table.press("Escape", "/")
    expect(table.page.get_by_role("searchbox", name="Search in this table")).to_be_focused()


def test_records_to_choose_say_what_they_are(open_table: Open, tables: Tables) -> None:
    tables.make()
    tables.add([{"statement": "Pump stops"}])
    tables.make("risks", columns=(Column("title"), Column("of", "entity-reference", title="Of", target="requirements")))
    tables.add([{"title": "Overdose"}], "risks")
    table = open_table("editor", "tables/risks/")
    table.go(1, "of")
    table.type("pump")
    option = table.page.get_by_role("option", name=re.compile("REQ-1"))
    expect(option).to_contain_text("Pump stops")
    option.click()
    expect(table.cell(1, "of")).to_have_text("REQ-1")
