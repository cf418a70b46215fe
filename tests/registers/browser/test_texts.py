"""A text of a record in which two people type at once; offline, and over a reload."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from stages.registers.schema import Column
from tests.browser.people import Person, World
from tests.registers.browser.conftest import NO_LINE, Tables

BODY = Column("rationale", title="Rationale", crdt=True)


class TextWindow:
    """The page of a record in somebody's window."""

    def __init__(self, window: Person, world: World, record: str) -> None:
        self.window = window
        self.page: Page = window.page
        self.page.goto(f"{world.address}registers/records/{record}/")
        expect(self.status).to_have_text("All saved")

    @property
    def text(self) -> Locator:
        return self.page.get_by_role("textbox", name="Rationale")

    @property
    def status(self) -> Locator:
        return self.page.locator(".register-text-status")

    def write(self, text: str, at: str = "ControlOrMeta+End") -> None:
        self.text.click()
        self.page.keyboard.press(at)
        self.page.keyboard.type(text)

    def expect_text(self, text: str) -> None:
        # Carets of others are in the text, with their names.
        expect(self.text).to_have_text(re.compile(".*".join(map(re.escape, text.split("|")))))


@pytest.fixture
def record(tables: Tables) -> str:
    tables.make(columns=(Column("statement", title="Statement"), BODY))
    return tables.add([{"statement": "Pump stops"}])[0]


@pytest.fixture
def open_text(world: World, person: Callable[..., Person], record: str) -> Callable[[str], TextWindow]:
    return lambda name: TextWindow(person(name), world, record)


def shown(world: World, tables: Tables, record: str, text: str) -> None:
    tables.until(record, "rationale", text)


def test_two_people_type_in_one_text(
    open_text: Callable[[str], TextWindow], world: World, tables: Tables, record: str
) -> None:
    daniel, mara = open_text("editor"), open_text("owner")
    daniel.write("Close the valve.")
    mara.expect_text("Close the valve.")
    mara.write("First: ", at="ControlOrMeta+Home")
    daniel.expect_text("First: |Close the valve.")
    expect(daniel.page.locator(".cm-their-name")).to_have_text(mara.window.user.display_name)
    shown(world, tables, record, "First: Close the valve.")
    daniel.page.keyboard.press("ControlOrMeta+z")
    shown(world, tables, record, "First: ")


def test_what_is_typed_offline_arrives(
    open_text: Callable[[str], TextWindow], world: World, tables: Tables, record: str
) -> None:
    daniel, mara = open_text("editor"), open_text("owner")
    mara.write("Theirs.")
    daniel.expect_text("Theirs.")
    daniel.window.expected.append(NO_LINE)
    daniel.page.context.set_offline(True)
    expect(daniel.status).to_have_text("Offline")
    daniel.write("Mine. ", at="ControlOrMeta+Home")
    expect(daniel.status).to_have_text("Offline: keep writing")
    mara.write(" More.")
    shown(world, tables, record, "Theirs. More.")
    daniel.page.context.set_offline(False)
    shown(world, tables, record, "Mine. Theirs. More.")
    expect(daniel.status).to_have_text("All saved")


def test_what_was_not_sent_survives_the_page(
    open_text: Callable[[str], TextWindow], world: World, tables: Tables, record: str
) -> None:
    daniel = open_text("editor")
    daniel.window.expected.append(NO_LINE)
    daniel.page.context.set_offline(True)
    daniel.write("Kept")
    expect(daniel.status).to_have_text("Offline: keep writing")
    context = daniel.page.context
    daniel.page.close(run_before_unload=False)
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{world.address}registers/records/{record}/")
    expect(again.get_by_role("textbox", name="Rationale")).to_contain_text("Kept")
    shown(world, tables, record, "Kept")


def test_who_may_only_read_reads(
    open_text: Callable[[str], TextWindow], person: Callable[..., Person], world: World, record: str
) -> None:
    open_text("editor").write("Read me")
    reader = person("reviewer").page
    reader.goto(f"{world.address}registers/records/{record}/")
    text = reader.get_by_role("textbox", name="Rationale")
    expect(text).to_have_text("Read me")
    expect(text).to_have_attribute("aria-readonly", "true")
