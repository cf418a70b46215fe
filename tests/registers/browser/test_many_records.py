"""Thousands of records, and a thousand that are pasted: few of them are in the page, all can be reached."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from stages.registers.models import Row
from tests.exploring import EXPLORES
from tests.registers.browser.conftest import REFUSED, Table, Tables

Open = Callable[..., Table]
# More than a page renders, or reads at once; as many as a large project has by `script/check --explore`.
RECORDS = 10_000 if EXPLORES else 2_000
RENDERED = "document.querySelectorAll('.reg-body > .reg-row').length"


@pytest.mark.generated
def test_thousands_of_records_are_walked_through(open_table: Open, tables: Tables) -> None:
    tables.make()
    for block in range(0, RECORDS, 2_000):
        tables.add([{"statement": f"Statement {block + at + 1}"} for at in range(2_000)])
    table = open_table("editor")
    expect(table.page.locator(".reg-count")).to_have_text(f"{RECORDS:,} records")
    table.go(1, "statement")
    table.type("Under edit")
    # The row under edit scrolls out of sight; its text stays.
    table.page.mouse.move(700, 500)
    for _turn in range(20):
        table.page.mouse.wheel(0, 12_000)
        assert table.page.evaluate(RENDERED) < 200
    expect(table.editor).to_have_value("Under edit")
    table.press("Escape")
    table.press("Control+End")
    expect(table.row(RECORDS)).to_contain_text(f"REQ-{RECORDS}")
    expect(table.active).to_have_attribute("data-field", "agreed")
    table.press("Control+Home", "ArrowRight", "PageDown")
    expect(table.active).to_be_in_viewport()
    # Arrows reach rows that were never rendered.
    table.press("Control+ArrowDown", "ArrowUp")
    expect(table.active).to_have_text(f"Statement {RECORDS - 1}")
    assert table.page.evaluate(RENDERED) < 200
    # What is copied has rows that nobody saw.
    table.press("Control+Home", "ArrowRight", "Control+Shift+ArrowDown", "Control+c")
    expect(table.page.locator("[data-register-grid-target=words]")).to_have_text(f"{RECORDS:,} cells copied")
    assert table.copied().splitlines()[RECORDS // 2 - 1] == f"Statement {RECORDS // 2}"


def test_a_thousand_rows_are_pasted_and_taken_back_at_once(open_table: Open, tables: Tables) -> None:
    tables.make()
    table = open_table("editor")
    expect(table.page.get_by_role("heading", name="No records in Requirements yet")).to_be_visible()
    table.page.locator(".reg-empty").get_by_role("button", name="New record").click()
    expect(table.row(1)).to_contain_text("REQ-1")
    before = tables.bundles()
    rows = [f"Statement {at}\tSafety\tMust\tP {at}\t{at} h\t2026-12-11" for at in range(1, 1_001)]
    wrong = [*rows[:616], rows[616].replace("2026-12-11", "some day"), *rows[617:]]
    table.window.expected.append(REFUSED)
    table.go(1, "statement")
    table.paste("\n".join(wrong))
    expect(table.bar("Nothing was pasted")).to_contain_text("Row 617, Review due: Not a date")
    assert (tables.count(), tables.bundles()) == (1, before)
    table.paste("\n".join(rows))
    expect(table.page.locator(".toast-note", has_text="999 records made")).to_be_visible()
    assert (tables.count(), tables.bundles()) == (1_000, before + 1)
    expect(table.bar("Nothing was pasted")).to_have_count(0)
    expect(table.cell(1, "source")).to_have_text("P 1")
    table.press("Control+End")
    expect(table.row(1_000)).to_contain_text("Statement 1000")
    table.press("Control+z")
    tables.world.until(lambda: tables_count(tables) == 1)


def tables_count(tables: Tables) -> int:
    """Records that live; to be used inside `arrange`."""
    return Row.objects.filter(project=tables.world.project, facet="requirements").count()
