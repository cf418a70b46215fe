"""People work in the views that modules declare: a board, a grid, a form and a matrix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from accounts.callers import foundry_caller
from stages.automation.services.modules import adopt_module
from stages.automation.services.packages import add_package
from stages.registers.models import Row
from tests.automation.packages.making import module
from tests.browser.people import Person, World
from tests.browser.test_accessible import PHONE, in_every_window, resize
from tests.registers.browser.conftest import NO_LINE, Table, Tables

STATUS = "automation/views/traceability/status/"


class Board:
    """A board in somebody's window."""

    def __init__(self, window: Person, path: str = STATUS) -> None:
        self.window = window
        self.page: Page = window.open(path)
        expect(self.page.locator("[data-controller=view-board][data-ready]")).to_be_visible()

    def group(self, title: str) -> Locator:
        return self.page.locator(".board-group", has=self.page.locator("h2", has_text=title))

    def cards(self, title: str) -> Locator:
        return self.group(title).locator(".board-card")

    def card(self, key: str) -> Locator:
        return self.page.locator(".board-card", has=self.page.locator(".board-key", has_text=key))

    def face(self, key: str) -> Locator:
        return self.card(key).locator(".board-face")

    def count(self, title: str) -> Locator:
        return self.group(title).locator("[data-part=count]")

    def drag(self, key: str, title: str) -> None:
        self.face(key).hover()
        self.page.mouse.down()
        self.page.mouse.move(*_middle(self.group(title)), steps=8)
        self.page.mouse.up()


def _middle(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.fixture
def requirements(world: World, tables: Tables) -> list[str]:
    """Three requirements of a project that has adopted traceability."""
    caller = world.caller("owner")
    world.arrange(lambda: adopt_module(caller=caller, project_id=world.project.id, name="traceability"))
    rows = [{"statement": "Stop", "status": "Draft"}, {"statement": "Go", "status": "Draft"}, {"statement": "Wait"}]
    return tables.add(rows)


def _until(world: World, record: str, field: str, value: Any, facet: str = "requirements") -> None:
    world.until(lambda: Row.objects.get(record=record, facet=facet).shown.get(field) == value)


def test_two_people_move_cards_by_mouse_keys_and_menu(
    person: Callable[..., Person], world: World, tables: Tables, requirements: list[str]
) -> None:
    mara, theo = Board(person("owner")), Board(person("editor"))
    expect(mara.count("Draft")).to_have_text("2")
    before = tables.bundles()
    mara.drag("REQ-1", "Accepted")
    expect(theo.cards("Accepted")).to_have_count(1)
    expect(theo.count("Draft")).to_have_text("1")
    _until(world, requirements[0], "status", "Accepted")
    assert tables.bundles() == before + 1
    # By keys: picked up, led to the right, dropped; given up it is where it was.
    theo.face("REQ-2").focus()
    theo.page.keyboard.press("Space")
    expect(theo.card("REQ-2")).to_have_attribute("data-lifted", "")
    theo.page.keyboard.press("ArrowRight")
    expect(theo.cards("Accepted")).to_have_count(2)
    theo.page.keyboard.press("Escape")
    expect(theo.cards("Draft")).to_have_count(1)
    for key in ("Space", "ArrowRight", "ArrowRight", "Enter"):
        theo.page.keyboard.press(key)
    expect(theo.cards("Dropped")).to_have_count(1)
    expect(theo.face("REQ-2")).to_be_focused()
    expect(mara.cards("Dropped")).to_have_count(1)
    _until(world, requirements[1], "status", "Dropped")
    # By the menu, and undone.
    theo.page.keyboard.press("m")
    theo.page.get_by_role("menuitem", name="Draft").click()
    _until(world, requirements[1], "status", "Draft")
    expect(mara.cards("Draft")).to_have_count(1)
    theo.page.keyboard.press("ControlOrMeta+z")
    _until(world, requirements[1], "status", "Dropped")
    expect(mara.cards("Dropped")).to_have_count(1)
    expect(theo.cards("Dropped")).to_have_count(1)


def test_records_are_made_in_a_group_and_found_by_the_search(
    person: Callable[..., Person], tables: Tables, requirements: list[str]
) -> None:
    board = Board(person("editor"))
    board.page.get_by_role("button", name="New record in Accepted").click()
    board.page.keyboard.type("Measure twice")
    board.page.keyboard.press("Enter")
    expect(board.cards("Accepted")).to_contain_text(["Measure twice"])
    board.page.keyboard.type("Cut once")
    board.page.keyboard.press("Enter")
    expect(board.cards("Accepted")).to_have_count(2)
    board.page.keyboard.press("Escape")
    board.page.get_by_label("Search in this view").fill("twice")
    expect(board.page.locator(".board-card")).to_have_count(1)
    expect(board.page.locator(".sheet-bar #reg-count")).to_have_text("1 of 5 records")
    assert tables.count() == 5


def test_a_move_without_a_line_is_sent_later_and_one_that_somebody_crossed_is_asked_about(
    person: Callable[..., Person], world: World, tables: Tables, requirements: list[str]
) -> None:
    window = person("editor")
    window.expected.append(NO_LINE)
    board = Board(window)
    board.page.context.set_offline(True)
    expect(board.page.locator("[data-offline]")).to_be_visible()
    board.drag("REQ-1", "Accepted")
    expect(board.card("REQ-1")).to_have_attribute("data-phase", "waiting")
    board.drag("REQ-2", "Accepted")
    tables.set(requirements[1], "status", "Dropped", by="owner")
    board.page.context.set_offline(False)
    _until(world, requirements[0], "status", "Accepted")
    problem = board.card("REQ-2").get_by_role("alert")
    expect(problem).to_contain_text("Dropped")
    expect(board.cards("Accepted")).to_have_count(2)
    problem.get_by_role("button", name="Keep mine").click()
    _until(world, requirements[1], "status", "Accepted")
    expect(board.card("REQ-2").get_by_role("alert")).to_have_count(0)


def test_a_board_is_for_everybody_and_every_window(person: Callable[..., Person], requirements: list[str]) -> None:
    reader = Board(person("reviewer", size=PHONE))
    expect(reader.page.locator(".board-menu")).to_have_count(0)
    assert in_every_window(reader.page) == []
    board = Board(person("editor"))
    board.face("REQ-1").focus()
    board.page.keyboard.press("m")
    expect(board.page.get_by_role("menuitem", name="Dropped")).to_be_visible()
    resize(board.page, PHONE)
    assert in_every_window(board.page) == []


def test_a_grid_shows_the_columns_of_its_view_and_takes_what_is_typed(
    person: Callable[..., Person], world: World, requirements: list[str]
) -> None:
    window = person("editor")
    table = Table(window.open("automation/views/traceability/requirements/"), window)
    heads = table.page.locator("#register-grid [role=columnheader] .cut")
    expect(heads).to_have_text(["Key", "Statement", "Status", "Owner"])
    table.go(1, "owner")
    table.type("Mara")
    table.press("Enter")
    _until(world, requirements[0], "owner", "Mara")
    table.page.get_by_role("link", name="Statement").click()
    expect(table.page).to_have_url(f"{world.address}automation/views/traceability/requirements/?sort=statement")
    expect(table.cell(1, "statement")).to_have_text("Go")
    resize(table.page, PHONE)
    assert in_every_window(table.page) == []


def test_a_form_is_filled_in_by_keys_alone(person: Callable[..., Person], world: World, tables: Tables) -> None:
    caller = world.caller("owner")
    world.arrange(lambda: adopt_module(caller=caller, project_id=world.project.id, name="production"))
    window = person("editor")
    page = window.open("automation/views/production/contacts/")
    expect(page.locator("[data-controller=view-form][data-ready]")).to_be_visible()
    for name, mail in (("Jane Doe", "jane@co"), ("Al Poe", "al@co")):
        page.keyboard.press("ControlOrMeta+Enter")
        expect(page.get_by_label("Name", exact=True)).to_be_focused()
        expect(page.get_by_label("Name", exact=True)).to_have_value("")
        page.keyboard.type(name)
        page.keyboard.press("Enter")
        page.keyboard.type(mail)
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Department")).to_be_focused()
        page.get_by_label("Department").select_option("Sound")
        world.until(lambda name=name, mail=mail: _contact(world, name) == (mail, "sound"))  # type: ignore[misc]
    expect(page.locator(".form-beside .auto-link")).to_have_text(["Al Poe", "Jane Doe"])
    page.keyboard.press("Alt+PageDown")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Jane Doe")
    # What somebody else writes is there, and what is typed meanwhile stays.
    page.get_by_label("Phone").fill("555")
    (jane,) = [each for each in _records(world) if _shown(world, each)["name"] == "Jane Doe"]
    tables.set(jane, "email", "doe@co", by="owner", facet="contacts")
    expect(page.get_by_label("E-mail")).to_have_value("doe@co")
    expect(page.get_by_label("Phone")).to_have_value("555")
    tables.set(jane, "phone", "111", by="owner", facet="contacts")
    page.keyboard.press("Enter")
    problem = page.locator(".view-field", has=page.get_by_label("Phone")).get_by_role("alert")
    expect(problem).to_contain_text("111")
    problem.get_by_role("button", name="Keep mine").click()
    _until(world, jane, "phone", "555", "contacts")
    expect(problem).to_have_count(0)
    resize(page, PHONE)
    assert in_every_window(page) == []


INSTRUMENTS = """
[module]
name = "instruments"
version = "1.0.0"
title = "Instruments"

[tables.instruments]
title = "Instruments"
key_prefix = "INS"
columns.name = { type = "text", title = "Name" }
columns.standard = { type = "entity-reference", title = "Standard", target = "instruments" }

[views.entry]
kind = "form"
title = "Enter instruments"
table = "instruments"
"""


def test_a_record_named_in_one_record_of_a_form_is_not_typed_into_the_next(
    person: Callable[..., Person], world: World, tables: Tables
) -> None:
    def adopt() -> None:
        add_package(caller=foundry_caller("command"), archive=module(INSTRUMENTS))
        adopt_module(caller=world.caller("owner"), project_id=world.project.id, name="instruments")

    world.arrange(adopt)
    (first, *_others) = tables.add([{"name": "Balance"}, {"name": "Pipette"}], "instruments")
    page = person("editor").open("automation/views/instruments/entry/?sort=key")
    expect(page.locator("[data-controller=view-form][data-ready]")).to_be_visible()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/choices/**", hold)
    with page.expect_request("**/choices/**"):
        page.get_by_label("Standard").fill("INS-2")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Pipette")
    # The list of the field that was left arrives only now.
    with page.expect_response("**/choices/**"):
        for route in held:
            route.continue_()
    world.until(lambda: "standard" in Row.objects.get(record=first, facet="instruments").shown)
    page.keyboard.press("Alt+PageUp")
    expect(page.get_by_label("Standard")).to_have_value("INS-2")
    page.keyboard.press("Alt+PageDown")
    expect(page.get_by_label("Standard")).to_have_value("")
    expect(page.locator(".form-others")).to_have_count(0)


def test_a_matrix_links_records_of_its_tables(
    person: Callable[..., Person], world: World, tables: Tables, requirements: list[str]
) -> None:
    tables.add([{"case": "Press stop"}], "tests")
    page = person("editor").open("automation/views/traceability/trace/")
    expect(page.get_by_role("heading", name="Requirements and tests")).to_be_visible()
    grid = page.locator("#matrix-grid")
    grid.focus()
    expect(page.get_by_role("button", name="Link Space")).to_be_visible()
    page.keyboard.press("Space")
    expect(grid.locator("[data-at]")).to_have_count(1)
    expect(page).to_have_url(f"{world.address}automation/views/traceability/trace/")
    resize(page, PHONE)
    assert in_every_window(page) == []


def _records(world: World) -> list[str]:
    rows = Row.objects.filter(project=world.project, facet="contacts")
    found: list[str] = world.arrange(lambda: list(map(str, rows.values_list("record", flat=True))))
    return found


def _shown(world: World, record: str) -> dict[str, Any]:
    found: dict[str, Any] = world.arrange(lambda: Row.objects.get(record=record, facet="contacts").shown)
    return found


def _contact(world: World, name: str) -> tuple[Any, Any]:
    row = Row.objects.filter(project=world.project, facet="contacts", shown__name=name).first()
    return (row.shown.get("email"), row.shown.get("department")) if row else (None, None)
