"""Tables, columns, filters, order and views are made with forms, and are in the address."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.people import Person
from tests.registers.browser.conftest import REFUSED, Table, Tables

Open = Callable[..., Table]


def test_a_table_is_made_and_filled(person: Callable[..., Person], tables: Tables) -> None:
    daniel = person("editor")
    page = daniel.open("registers/")
    page.get_by_role("main").locator(".empty").get_by_role("link", name="New table").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Risks")
    dialog.get_by_label("Keys begin with").fill("rsk")
    dialog.get_by_label("Name of column 2").fill("Severity")
    dialog.get_by_label("Type of column 2").select_option("Choice of options")
    dialog.get_by_label("Options of column 2").fill("Low, High")
    dialog.get_by_role("button", name="Create the table").click()
    table = Table(page, daniel)
    page.locator(".reg-empty").get_by_role("button", name="New record").click()
    expect(table.grid).to_be_focused()
    table.type("Overdose")
    table.press("Tab")
    table.type("Hi")
    table.press("Enter")
    expect(table.cell(1, "severity")).to_have_text("High")
    expect(table.row(1)).to_contain_text("RSK-1")
    expect(page.locator(".reg-link[aria-current]")).to_contain_text("Risks")


def test_a_column_is_added_and_changed(open_table: Open, tables: Tables) -> None:
    tables.make()
    tables.add([{"statement": "One", "area": "safety"}])
    table = open_table("editor")
    page = table.page
    page.get_by_role("button", name="8 columns").click()
    page.get_by_role("link", name="New column…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Reviewed by")
    dialog.get_by_role("button", name="Add the column").click()
    expect(page.get_by_role("columnheader", name="Reviewed by")).to_be_visible()
    page.get_by_role("button", name="9 columns").click()
    page.get_by_role("link", name="Change the column Area").click()
    dialog.get_by_label("Option Safety").fill("Patient safety")
    dialog.get_by_label("Further options").fill("Data\nConsent")
    dialog.get_by_role("button", name="Change the column").click()
    expect(table.cell(1, "area")).to_have_text("Patient safety")


def test_filters_order_and_columns_are_in_the_address_and_kept_as_a_view(open_table: Open, tables: Tables) -> None:
    tables.make()
    tables.add(
        [
            {"statement": f"Statement {at}", "area": ("safety", "dosing")[at % 2], "source": f"P {9 - at}"}
            for at in range(8)
        ]
    )
    table = open_table("editor")
    page = table.page
    page.get_by_role("button", name="Filter").click()
    form = page.get_by_role("dialog", name="Filter")
    form.get_by_label("Column").select_option("Area")
    form.get_by_label("Safety").check()
    form.get_by_role("button", name="Add the filter").click()
    expect(page.locator(".reg-count")).to_have_text("4 of 8 records")
    expect(page.locator(".reg-chip-filter")).to_contain_text("Area is Safety")
    page.get_by_role("columnheader", name="Source").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Source")).to_have_attribute("aria-sort", "ascending")
    expect(table.cell(1, "source")).to_have_text("P 3")
    page.get_by_role("button", name="8 columns").click()
    page.get_by_role("dialog", name="Columns").get_by_label("Agreed", exact=True).uncheck()
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("columnheader", name="Agreed")).to_have_count(0)
    page.get_by_role("button", name="Save view").click()
    page.get_by_label("Name of the view").fill("Safety first")
    page.get_by_role("dialog", name="Save view").get_by_role("button", name="Save view").click()
    current = page.locator(".reg-link[aria-current]")
    expect(current).to_have_text("Safety first 4")
    # Another search in the view is no part of it until it is saved.
    page.get_by_label("Search in this table").fill("Statement 2")
    page.get_by_label("Search in this table").press("Enter")
    expect(page.locator(".reg-count")).to_have_text("1 of 8 records")
    expect(current).to_contain_text("Edited")
    page.get_by_role("link", name="Reset").click()
    expect(page.locator(".reg-count")).to_have_text("4 of 8 records")
    page.get_by_label("Search in this table").fill("nothing like it")
    page.get_by_label("Search in this table").press("Enter")
    expect(page.get_by_text("No record fits this.")).to_be_visible()
    page.get_by_role("link", name="Show all records").click()
    expect(page.locator(".reg-count")).to_have_text("8 records")


def test_a_file_is_looked_at_before_it_is_imported(open_table: Open, tables: Tables) -> None:
    tables.make()
    first, *_others = tables.add([{"statement": "One"}])
    table = open_table("editor")
    page = table.page
    page.get_by_role("link", name="Import…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Or paste it here").fill("Key,Statement,Review due\nREQ-1,Changed,2026-12-11\n,New,some day\n")
    dialog.get_by_role("button", name="Look at it first").click()
    expect(dialog.get_by_role("row").nth(1)).to_contain_text("Not a date")
    expect(dialog.get_by_role("row").nth(1)).to_contain_text("3")
    assert tables.value(first, "statement") == "One"
    dialog.get_by_label("Or paste it here").fill(
        "Key,Statement,Review due\nREQ-1,Changed,2026-12-11\n,New,2026-12-12\n"
    )
    dialog.get_by_role("button", name="Look at it first").click()
    dialog.get_by_role("button", name="Import 2 records").click()
    expect(table.cell(1, "statement")).to_have_text("Changed")
    expect(table.cell(2, "due")).to_have_text("12 Dec 2026")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    text = download.value.path().read_text("utf-8-sig")
    assert text.splitlines()[1].startswith("REQ-1,Changed,")


def test_an_import_that_somebody_was_faster_than_is_looked_at_again(open_table: Open, tables: Tables) -> None:
    tables.make()
    _first, second = tables.add([{"statement": "One"}, {"statement": "Two"}])
    table = open_table("editor")
    table.window.expected.append(REFUSED)
    page = table.page
    page.get_by_role("link", name="Import…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Or paste it here").fill("Key,Wording\nREQ-1,Uno\nREQ-2,Due\n,Tre\n")
    dialog.get_by_role("button", name="Look at it first").click()
    dialog.get_by_label("Wording").select_option("Statement")
    dialog.get_by_role("button", name="Look at it first").click()
    expect(dialog.get_by_role("row", name="REQ-2")).to_contain_text("Two")
    tables.set(second, "statement", "Zwei")
    dialog.get_by_role("button", name="Import 3 records").click()
    expect(dialog.get_by_role("status")).to_contain_text("Nothing was written. Somebody has changed some of these")
    dialog.get_by_role("button", name="Look at the rest").click()
    expect(dialog.get_by_role("row", name="REQ-2")).to_contain_text("Zwei")
    dialog.get_by_role("button", name="Import 3 records").click()
    expect(page.get_by_text("Imported: 1 new record, 2 changed.")).to_be_visible()
    expect(page.locator(".reg-count")).to_have_text("3 records")
    assert tables.value(second, "statement") == "Due"
