"""Requirements, risks and tests from pasted rows; linked, changed, confirmed, released; and read as of the release."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from projects.services import reopen_project
from stages.registers.schema import Column, Relation
from tests.browser.people import World
from tests.browser.signers import let_sign, sign, submit
from tests.registers.browser.conftest import COLUMNS, Table, Tables

Open = Callable[..., Table]
MATRIX = "registers/traceability/?rows=requirements&columns=tests&link=verifies"
TITLE = Column("title", title="Title", traced=True)


def paste(table: Table, field: str, rows: list[str]) -> None:
    """Make the first record, and paste over it and below."""
    table.page.locator(".reg-empty").get_by_role("button", name="New record").click()
    expect(table.row(1)).to_be_visible()
    table.go(1, field)
    table.paste("\n".join(rows))
    expect(table.row(len(rows))).to_contain_text(rows[-1].split("\t", maxsplit=1)[0])


def go_to(page: Page, *keys: str) -> None:
    """Move in the matrix from its first square."""
    page.wait_for_load_state()
    page.get_by_role("grid").focus()
    for key in ("Control+Home", *keys):
        page.keyboard.press(key)


def release(world: World, version: int) -> None:
    made = submit(world, "1.0.0", version)
    sign(world, made, "authored", "editor")
    sign(world, made, "reviewed", "reviewer")
    sign(world, made, "approved", "approver")
    reopen_project(caller=world.caller("owner"), project_id=world.project.id, reason="Amendment 4")


def test_from_pasted_rows_to_the_matrix_as_of_a_release(open_table: Open, tables: Tables, world: World) -> None:
    tables.make(columns=COLUMNS)
    tables.make("risks", columns=(TITLE,))
    tables.make("tests", title="Test cases", key_prefix="TST", columns=(TITLE,))
    tables.relate(Relation("verifies", "verifies", "verified by", source="tests", target="requirements"))
    # Before windows open: passwords end sessions.
    world.arrange(lambda: let_sign(world))
    table = open_table("editor")
    paste(table, "statement", [f"Statement {at}\tSafety\tMust\tP {at}" for at in range(1, 5)])
    for facet, words in (("risks", "Risk"), ("tests", "Case")):
        other = Table(table.window.open(f"registers/tables/{facet}/"), table.window)
        paste(other, "title", [f"{words} {at}" for at in range(1, 4)])
    assert [tables.count(each) for each in ("requirements", "risks", "tests")] == [4, 3, 3]

    page = table.window.open(MATRIX)
    summary, current = page.locator("#matrix-summary"), page.locator(".matrix-row[data-current]")
    expect(summary).to_contain_text("4 gaps")
    for at in range(3):
        go_to(page, *["ArrowDown"] * at, *["ArrowRight"] * at)
        page.keyboard.press("Space")
        expect(current.locator(f"[data-at='{at}']")).to_be_visible()
    expect(summary).to_contain_text("75%")
    version = world.current().version_number
    world.arrange(lambda: release(world, version))

    page = table.window.open("registers/tables/requirements/")
    again = Table(page, table.window)
    again.go(1, "statement")
    again.press("Enter", "End")
    again.type(", at once")
    again.press("Enter")
    expect(again.cell(1, "statement")).to_have_text("Statement 1, at once")
    page = table.window.open(MATRIX)
    expect(page.locator("#matrix-summary")).to_contain_text("1 suspect")
    go_to(page)
    expect(page.locator("#matrix-panel")).to_contain_text("REQ-1 changed after the link was confirmed")
    page.keyboard.press("c")
    expect(page.locator("#matrix-summary")).to_contain_text("0 suspect")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("#matrix-summary")).to_contain_text("2 gaps")

    page.get_by_role("link", name="Release 1.0.0").click()
    expect(page.locator(".sheet[data-state=frozen]")).to_be_visible()
    expect(page.locator("#matrix-summary")).to_contain_text("75%")
    first = page.locator("[data-row]").first
    expect(first).to_contain_text("Statement 1")
    expect(first).not_to_contain_text("at once")
    expect(first.locator("[data-at='0']:not([data-suspect])")).to_be_visible()
