"""Rows are deleted and filled, columns moved and sized: by keyboard, by menu and by dragging."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from stages.registers import verbs
from stages.registers.schema import Column, Relation
from tests.registers.browser.conftest import Table, Tables

Open = Callable[..., Table]


def rows(tables: Tables, count: int = 5) -> list[str]:
    tables.make()
    return tables.add([{"statement": f"Statement {at}", "source": f"P {at}"} for at in range(1, count + 1)])


def heads(table: Table) -> list[str]:
    return [each.strip() for each in table.page.locator(".reg-th").all_inner_texts()]


def middle(of: Locator) -> tuple[float, float]:
    box = of.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_rows_are_deleted_by_key_and_come_back(open_table: Open, tables: Tables) -> None:
    rows(tables)
    table = open_table("editor")
    table.go(2, "statement")
    table.press("Shift+ArrowDown", "Control+Delete")
    expect(table.page.locator(".toast-note")).to_contain_text("2 records deleted")
    expect(table.page.locator(".reg-body > .reg-row")).to_have_count(3)
    expect(table.row(2)).to_contain_text("REQ-4")
    expect(table.page.locator("#reg-count")).to_have_text("3 records")
    assert tables.count() == 3
    table.press("Control+z")
    expect(table.page.locator(".reg-body > .reg-row")).to_have_count(5)
    expect(table.row(2)).to_contain_text("REQ-2")
    expect(table.page.locator("#reg-count")).to_have_text("5 records")
    expect(table.page.get_by_role("button", name="Rows have changed")).to_be_hidden()
    assert tables.count() == 5


def test_a_record_with_links_is_asked_about(open_table: Open, tables: Tables) -> None:
    first, *_others = rows(tables)
    tables.make("tests", columns=(Column("title"),))
    tables.relate(Relation("verifies", "verifies", "verified by", source="tests", target="requirements"))
    (case,) = tables.add([{"title": "Case"}], "tests")
    tables.link(case, first)
    table = open_table("editor")
    table.row(1).locator(".reg-number").click()
    expect(table.page.locator("[data-chosen]")).to_have_count(9)
    table.cell(1, "statement").click(button="right", position={"x": 4, "y": 16})
    table.page.get_by_role("menuitem", name="Delete the row").click()
    dialog = table.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Delete 1 record?")
    expect(dialog).to_contain_text("Its 1 link goes with it.")
    dialog.get_by_role("button", name="Cancel").click()
    assert tables.count() == 5
    expect(table.grid).to_be_focused()
    table.press("Control+Delete")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(table.row(1)).to_contain_text("REQ-2")
    assert tables.count() == 4


def test_what_somebody_else_deleted_says_so(open_table: Open, tables: Tables) -> None:
    rows(tables)
    daniel, mara = open_table("editor"), open_table("owner")
    daniel.go(2, "statement")
    daniel.press("Control+Delete")
    expect(mara.row(2)).to_have_attribute("data-gone", "")
    mara.go(2, "source")
    mara.press("Enter")
    expect(mara.page.locator(".toast-note")).to_contain_text("This record was deleted.")
    mara.page.get_by_role("button", name="Rows have changed").click()
    expect(mara.row(2)).to_contain_text("REQ-3")


def test_cells_are_filled_by_key_and_by_the_handle(open_table: Open, tables: Tables) -> None:
    records = rows(tables)
    table = open_table("editor")
    table.go(1, "statement")
    table.press("Shift+ArrowDown", "Shift+ArrowRight", "Control+d")
    expect(table.cell(2, "statement")).to_have_text("Statement 1")
    # Of a single cell, the one above it.
    table.go(3, "source")
    table.press("Control+d")
    expect(table.cell(3, "source")).to_have_text("P 2")
    bundles = tables.bundles()
    table.go(1, "source")
    table.press("Shift+ArrowDown")
    x, y = middle(table.page.locator(".reg-fill"))
    table.page.mouse.move(x, y)
    table.page.mouse.down()
    table.page.mouse.move(*middle(table.cell(4, "source")), steps=4)
    table.page.mouse.move(*middle(table.cell(5, "source")), steps=4)
    table.page.mouse.up()
    expect(table.cell(5, "source")).to_have_text("P 1")
    expect(table.cell(4, "source")).to_have_text("P 2")
    assert tables.bundles() == bundles + 1
    tables.until(records[2], "source", "P 1")
    table.press("Control+z")
    expect(table.cell(5, "source")).to_have_text("P 5")
    expect(table.cell(3, "source")).to_have_text("P 2")


def test_the_column_of_long_texts_has_the_room(open_table: Open, tables: Tables) -> None:
    tables.make("needs", columns=(Column("title", title="Title"), Column("text", title="Text")))
    long = "The pump stops within one second when the line is blocked"
    tables.add([{"title": f"Need {at}", "text": long} for at in range(6)], "needs")
    table = open_table("editor", "tables/needs/")
    widths = [table.page.locator(f"[data-head={each}]").bounding_box() for each in ("title", "text")]
    assert widths[0] is not None
    assert widths[1] is not None
    assert widths[1]["width"] > widths[0]["width"]


def test_columns_are_moved_and_sized_and_kept_in_a_view(open_table: Open, tables: Tables) -> None:
    rows(tables)
    table = open_table("editor")
    before = heads(table)
    assert before[:4] == ["Key", "Statement", "Area", "Priority"]
    table.go(3, "area")
    table.press("Alt+Shift+ArrowRight", "Alt+Shift+ArrowDown")
    table.page.wait_for_url(re.compile(r"columns=.*widths=area"))
    expect(table.page.locator("[data-controller=register-grid][data-ready]")).to_be_visible()
    assert heads(table)[:4] == ["Key", "Statement", "Priority", "Area"]
    # It goes on where it was.
    expect(table.cell(3, "area")).to_have_id("register-active")
    expect(table.grid).to_be_focused()
    # By pointer: a head behind another one, and a border.
    table.page.mouse.move(*middle(table.page.locator("[data-head=area]")))
    table.page.mouse.down()
    x, y = middle(table.page.locator("[data-head=statement]"))
    table.page.mouse.move(x, y, steps=6)
    table.page.mouse.move(x - 60, y, steps=3)
    table.page.mouse.up()
    table.page.wait_for_url(re.compile("columns=key%2Carea%2Cstatement"))
    expect(table.page.locator("[data-controller=register-grid][data-ready]")).to_be_visible()
    box = table.page.locator("[data-head=area]").bounding_box()
    assert box is not None
    table.page.mouse.move(box["x"] + box["width"], box["y"] + 10)
    table.page.mouse.down()
    table.page.mouse.move(box["x"] + 200, box["y"] + 10, steps=5)
    table.page.mouse.up()
    table.page.wait_for_url(re.compile("widths=area%7E200"))
    expect(table.page.locator("[data-head=area]")).to_have_css("width", "200px")
    table.page.get_by_role("button", name="Save view").click()
    table.page.get_by_label("Name").fill("Areas first")
    table.page.keyboard.press("Enter")
    table.page.wait_for_url(re.compile("view=Areas"))
    assert heads(table)[:3] == ["Key", "Area", "Statement"]
    expect(table.page.locator("[data-head=area]")).to_have_css("width", "200px")


def test_a_column_that_somebody_else_makes_is_shown_with_its_head(open_table: Open, tables: Tables) -> None:
    records = rows(tables)
    daniel = open_table("editor")
    daniel.go(4, "statement")
    tables.write(lambda acts, schema: verbs.add_column(acts, schema, "requirements", Column("owner", title="Owner")))
    tables.set(records[3], "owner", "Priya", by="owner")
    expect(daniel.page.locator("[data-head=owner]")).to_be_visible()
    expect(daniel.cell(4, "owner")).to_have_text("Priya")
    expect(daniel.cell(4, "statement")).to_have_id("register-active")
    # Whoever types goes on, and has the columns when they want them.
    daniel.press("Enter")
    daniel.type(" and more")
    tables.write(lambda acts, schema: verbs.remove_column(acts, schema, "requirements", "owner"))
    tables.set(records[3], "source", "P 9", by="owner")
    expect(daniel.bar("This table has other columns now.")).to_be_visible()
    expect(daniel.editor).to_have_value("Statement 4 and more")
    daniel.page.get_by_role("button", name="Show them").click()
    expect(daniel.page.locator("[data-head=owner]")).to_have_count(0)
    expect(daniel.cell(4, "statement")).to_contain_text("Statement 4 and more")


@pytest.mark.parametrize("way", ["paste", "type"])
def test_an_empty_table_is_begun_in_its_cells(open_table: Open, tables: Tables, way: str) -> None:
    tables.make()
    table = open_table("editor")
    expect(table.page.locator("[data-head=statement]")).to_be_visible()
    expect(table.page.get_by_text("No records in Requirements yet")).to_be_visible()
    table.press("g")
    expect(table.grid).to_be_focused()
    if way == "paste":
        table.press("ArrowRight")
        table.paste("One\tSafety\nTwo\tDosing")
        expect(table.row(2)).to_contain_text("Two")
        assert tables.count() == 2
        table.press("Control+z")
        expect(table.page.get_by_text("No records in Requirements yet")).to_be_visible()
    else:
        table.press("x")
        expect(table.row(1)).to_contain_text("REQ-1")
        expect(table.page.locator("#reg-count")).to_have_text("1 record")
