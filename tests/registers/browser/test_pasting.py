"""What a paste would lose or rename is asked about; what is undone is what was done here."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from stages.registers.schema import Column
from tests.registers.browser.conftest import REFUSED, Table, Tables

Open = Callable[..., Table]


def dialog(table: Table) -> Locator:
    return table.page.get_by_role("dialog")


def test_headings_are_no_record(open_table: Open, tables: Tables) -> None:
    tables.make()
    table = open_table("editor")
    table.press("g", "ArrowRight")
    table.paste("Statement\tArea\nOne\tSafety\nTwo\tDosing\n")
    expect(table.page.locator(".toast-note")).to_contain_text("2 records made · the headings were left out")
    assert tables.count() == 2


def test_rows_are_pasted_into_an_empty_table_without_going_to_its_cells(open_table: Open, tables: Tables) -> None:
    tables.make()
    table = open_table("editor")
    expect(table.page.locator(".reg-empty")).to_be_visible()
    table.page.evaluate("navigator.clipboard.writeText('One\\tSafety\\nTwo\\tDosing')")
    table.page.keyboard.press("ControlOrMeta+v")
    expect(table.row(2)).to_contain_text("Two")
    assert tables.count() == 2


def test_a_paste_into_an_empty_table_begins_behind_the_key_after_a_refusal_too(
    open_table: Open, tables: Tables
) -> None:
    tables.make()
    table = open_table("editor")
    table.window.expected.append(REFUSED)
    table.paste("One\tNowhere\tMust\nTwo\tNowhere\tMust")
    expect(table.page.get_by_role("alert")).to_contain_text("Nothing was pasted")
    table.paste("One\tSafety\tMust\nTwo\tDosing\tMust")
    expect(table.row(2)).to_contain_text("Two")
    expect(table.row(2)).to_contain_text("REQ-2")


def test_values_go_to_the_columns_that_headings_name_in_any_order(open_table: Open, tables: Tables) -> None:
    tables.make()
    (first,) = tables.add([{"statement": "One"}])
    table = open_table("editor")
    table.go(1, "statement")
    table.paste("Area\tStatement\tOwner\nSafety\tNew\tAnna\nDosing\tTwo\tBen")
    expect(dialog(table)).to_contain_text("Paste without 2 values?")
    expect(dialog(table)).to_contain_text("Owner")
    dialog(table).get_by_role("button", name="Paste what fits").click()
    tables.until(first, "statement", "New")
    assert (tables.value(first, "area"), tables.count()) == ("safety", 2)


def test_values_without_a_column_are_asked_about(open_table: Open, tables: Tables) -> None:
    tables.make()
    (first,) = tables.add([{"statement": "One"}])
    table = open_table("editor", "tables/requirements/?columns=key,statement,area")
    table.go(1, "statement")
    table.paste("New\tSafety\tMust\tP 1")
    expect(dialog(table)).to_contain_text("Paste without 2 values?")
    dialog(table).get_by_role("button", name="Cancel").click()
    expect(table.grid).to_be_focused()
    assert tables.value(first, "statement") == "One"
    table.paste("New\tSafety\tMust\tP 1")
    dialog(table).get_by_role("button", name="Paste what fits").click()
    tables.until(first, "statement", "New")
    assert tables.value(first, "priority") is None


def test_other_keys_are_asked_about(open_table: Open, tables: Tables) -> None:
    tables.make()
    first, second = tables.add([{"statement": "One"}, {"statement": "Two"}])
    table = open_table("editor")
    table.go(1, "key")
    # The same keys are no question.
    table.paste("REQ-1\tOne more\nREQ-2\tTwo more")
    tables.until(second, "statement", "Two more")
    table.paste("REQ-50\tOne")
    expect(dialog(table)).to_contain_text("Give 1 record another key?")
    dialog(table).get_by_role("button", name="Give other keys").click()
    tables.until(first, "key", "REQ-50")


def test_what_was_done_in_another_table_is_undone_after_a_question(open_table: Open, tables: Tables) -> None:
    tables.make()
    (first,) = tables.add([{"statement": "One"}], by="owner")
    tables.make("wide", columns=(Column("title"),), by="owner")
    (wide,) = tables.add([{"title": "x"}], "wide")
    tables.set(first, "statement", "Two")
    tables.set(wide, "title", "y", facet="wide")
    table = open_table("editor")
    table.press("g", "Control+z")
    expect(dialog(table)).to_contain_text("Your newest change is in Wide.")
    dialog(table).get_by_role("button", name="Cancel").click()
    assert tables.value(wide, "title", "wide") == "y"
    table.press("Control+z")
    dialog(table).get_by_role("button", name="Undo it there").click()
    expect(table.page.locator(".toast-note")).to_contain_text("Undone: 1 change")
    assert tables.value(wide, "title", "wide") == "x"
    table.press("Control+y")
    dialog(table).get_by_role("button", name="Redo it there").click()
    expect(table.page.locator(".toast-note")).to_contain_text("Redone")
    assert tables.value(wide, "title", "wide") == "y"
