"""Cells are edited by keyboard, and their texts stay: whatever scrolls, arrives, is refused or is cut off."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.registers.browser.conftest import HOUR, NO_LINE, REFUSED, Table, Tables

Open = Callable[..., Table]


def three(tables: Tables) -> list[str]:
    """Three requirements."""
    tables.make()
    return tables.add([{"statement": f"Statement {at}", "source": f"P {at}", "area": "safety"} for at in (1, 2, 3)])


def test_a_table_is_filled_by_keyboard_alone(open_table: Open, tables: Tables) -> None:
    first, second, _third = three(tables)
    table = open_table("editor")
    table.press("g")
    expect(table.grid).to_be_focused()
    table.press("ArrowRight")
    expect(table.active).to_have_text("Statement 1")
    table.type("Pump stops")
    expect(table.editor).to_have_value("Pump stops")
    table.press("Enter")
    tables.until(first, "statement", "Pump stops")
    # Down a row; a choice by its beginning, then a day, a duration and a tick.
    table.press("ArrowRight")
    table.type("dos")
    expect(table.page.get_by_role("option", name="Dosing")).to_have_attribute("aria-selected", "true")
    table.press("Tab")
    tables.until(second, "area", "dosing")
    table.press("ArrowRight", "ArrowRight")
    table.type("1 h 30 min")
    table.press("Tab")
    table.type("11 Dec 2026")
    table.press("Tab", "Space")
    tables.until(second, "within", 3 * HOUR // 2)
    tables.until(second, "due", "2026-12-11")
    tables.until(second, "agreed", True)
    expect(table.cell(2, "within")).to_have_text("1 h 30 min")
    expect(table.cell(2, "due")).to_have_text("11 Dec 2026")
    # A new record, whose first cell is the one to fill.
    table.press("Control+Enter")
    expect(table.row(4)).to_contain_text("REQ-4")
    expect(table.active).to_have_attribute("data-field", "statement")
    table.type("The fourth")
    table.press("Enter")
    expect(table.cell(4, "statement")).to_have_text("The fourth")
    expect(table.cell(4, "statement")).not_to_have_attribute("data-phase", "sending")
    # What was done is taken back, and done again.
    table.press("Control+z")
    expect(table.cell(4, "statement")).to_have_text("–")
    table.press("Control+y")
    expect(table.cell(4, "statement")).to_have_text("The fourth")
    table.press("Delete")
    expect(table.cell(4, "statement")).to_have_text("–")


def test_escape_leaves_a_cell_as_it_was(open_table: Open, tables: Tables) -> None:
    first, *_others = three(tables)
    table = open_table("editor")
    table.go(1, "statement")
    table.type("Typed over")
    table.press("Escape")
    expect(table.editor).to_be_hidden()
    expect(table.grid).to_be_focused()
    expect(table.cell(1, "statement")).to_have_text("Statement 1")
    assert tables.value(first, "statement") == "Statement 1"


def test_two_people_write_in_one_table(open_table: Open, tables: Tables) -> None:
    first, *_others = three(tables)
    daniel, mara = open_table("editor"), open_table("owner")
    daniel.go(1, "source")
    daniel.press("Enter")
    expect(mara.cell(1, "source").locator(".reg-flag")).to_have_text("Daniel")
    daniel.type(" and 2")
    daniel.press("Enter")
    expect(mara.cell(1, "source")).to_contain_text("P 1 and 2")
    expect(mara.cell(1, "source").locator(".reg-flag")).to_have_count(0)
    tables.until(first, "source", "P 1 and 2")


def test_somebody_elses_change_leaves_what_is_typed(open_table: Open, tables: Tables) -> None:
    first, *_others = three(tables)
    daniel = open_table("editor")
    daniel.go(1, "statement")
    daniel.type("Mine")
    tables.set(first, "statement", "Theirs", by="owner")
    expect(daniel.bar("while you typed")).to_contain_text("Theirs")
    expect(daniel.editor).to_have_value("Mine")
    daniel.press("Enter")
    expect(daniel.cell(1, "statement")).to_have_attribute("data-phase", "stale")
    assert tables.value(first, "statement") == "Theirs"
    daniel.page.get_by_role("button", name="Keep mine").click()
    tables.until(first, "statement", "Mine")
    expect(daniel.bar("while you typed")).to_have_count(0)


def test_their_text_is_taken_instead(open_table: Open, tables: Tables) -> None:
    first, *_others = three(tables)
    daniel = open_table("editor")
    daniel.go(1, "statement")
    daniel.type("Mine")
    tables.set(first, "statement", "Theirs", by="owner")
    expect(daniel.bar("while you typed")).to_be_visible()
    daniel.page.get_by_role("button", name="Take theirs").click()
    expect(daniel.editor).to_be_hidden()
    expect(daniel.cell(1, "statement")).to_have_text("Theirs")
    assert tables.value(first, "statement") == "Theirs"


def test_a_refused_text_stays_in_its_cell(open_table: Open, tables: Tables) -> None:
    three(tables)
    table = open_table("editor")
    table.window.expected.append(REFUSED)
    table.go(2, "due")
    table.type("mid-January")
    table.press("Enter")
    expect(table.cell(2, "due")).to_have_attribute("data-phase", "refused")
    expect(table.cell(2, "due")).to_contain_text("mid-January")
    expect(table.bar("Not saved.")).to_contain_text("Not a date")
    table.page.get_by_role("button", name="Edit", exact=True).click()
    expect(table.editor).to_have_value("mid-January")
    table.press("Control+a")
    table.type("2027-01-15")
    table.press("Enter")
    expect(table.cell(2, "due")).to_have_text("15 Jan 2027")
    expect(table.bar("Not saved.")).to_have_count(0)


def test_a_text_survives_a_lost_line_and_a_reload(open_table: Open, tables: Tables) -> None:
    first, second, _third = three(tables)
    table = open_table("editor")
    table.window.expected.append(NO_LINE)
    table.go(1, "statement")
    table.type("Kept")
    table.offline(is_offline=True)
    expect(table.bar("Offline.")).to_contain_text("1 cell is kept in this browser")
    table.press("Enter")
    expect(table.cell(1, "statement")).to_have_attribute("data-phase", "waiting")
    table.type("Kept as well")
    table.press("Enter")
    table.offline(is_offline=False)
    tables.until(first, "statement", "Kept")
    tables.until(second, "statement", "Kept as well")
    expect(table.bar("Offline.")).to_have_count(0)
    # A text under edit is there again when the page is loaded again.
    table.go(3, "statement")
    table.type("Half a sen")
    table.page.reload()
    expect(table.cell(3, "statement")).to_have_attribute("data-phase", "kept")
    expect(table.cell(3, "statement")).to_contain_text("Half a sen")
    expect(table.bar("You typed this and it was not sent.")).to_contain_text("Statement of REQ-3: Half a sen")
    table.go(3, "statement")
    table.press("Enter")
    expect(table.editor).to_have_value("Half a sen")


def test_a_text_survives_its_tab_and_is_no_other_tabs_meanwhile(open_table: Open, tables: Tables) -> None:
    three(tables)
    table = open_table("editor")
    table.go(3, "statement")
    table.type("Half a sen")
    context, address = table.page.context, table.page.url
    other = context.new_page()
    other.goto(address)
    expect(other.locator("[data-controller=register-grid][data-ready]")).to_be_visible()
    table.page.close(run_before_unload=False)
    again = context.new_page()
    again.goto(address)
    kept = again.locator("[data-phase=kept]")
    expect(kept).to_contain_text("Half a sen")
    expect(other.locator("[data-phase=kept]")).to_have_count(0)
    again.get_by_role("button", name="Go on").click()
    expect(again.locator(".reg-input")).to_have_value("Half a sen")
    again.keyboard.press("Enter")
    expect(again.locator(".reg-row[aria-rowindex='4'] [data-field=statement]")).to_have_text("Half a sen")


def test_a_viewer_reads_and_copies(open_table: Open, tables: Tables) -> None:
    three(tables)
    table = open_table("reviewer")
    table.go(1, "statement")
    table.type("x")
    expect(table.editor).to_be_hidden()
    expect(table.page.locator("[data-register-grid-target=words]")).to_have_text(
        "You can read this table, and not change it."
    )
    table.press("Shift+ArrowRight", "Shift+ArrowDown", "Control+c")
    assert table.copied() == "Statement 1\tSafety\nStatement 2\tSafety"
    expect(table.page.get_by_role("button", name="New record")).to_have_count(0)
