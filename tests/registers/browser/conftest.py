"""Tables of the demo's project, worked in by people with windows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from stages.registers import verbs
from stages.registers.models import Row
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column, Option, Relation
from stages.registers.services import Written, write_bundle
from stages.registers.verbs.finding import make_id
from tests.browser.conftest import (  # noqa: F401 (fixtures)
    arrange,
    chromium,
    person,
    pictures,
    whole_pages,
    world,
)
from tests.browser.people import Person, World

# What a browser says of a line that a test takes away.
NO_LINE = "ERR_INTERNET_DISCONNECTED|WebSocket connection|htmx:|Failed to load resource"
REFUSED = "status of 4"
REQUIREMENTS = "requirements"
COLUMNS = (
    Column("statement", title="Statement", traced=True),
    Column("area", "enum", title="Area", options=(Option("safety", "Safety"), Option("dosing", "Dosing"))),
    Column("priority", "enum", title="Priority", options=(Option("must", "Must"), Option("should", "Should"))),
    Column("source", title="Source"),
    Column("within", "duration", title="Report within"),
    Column("due", "date", title="Review due"),
    Column("agreed", "boolean", title="Agreed"),
)
HOUR = 3_600_000


class Tables:
    """Tables of the project, and what is in them."""

    def __init__(self, world: World) -> None:  # noqa: F811
        self.world = world

    def write(self, payloads: Any, by: str = "editor") -> Written:
        """Write payloads, or what a verb answers, in somebody's name."""
        caller, project_id = self.world.caller(by), self.world.project.id
        written: Written = self.world.arrange(
            lambda: write_bundle(caller=caller, project_id=project_id, payloads=payloads, parameters={})
        )
        return written

    def make(self, facet: str = REQUIREMENTS, *, by: str = "editor", **facts: Any) -> None:
        """A table, with the columns of requirements unless others are given."""
        given = {"title": facet.capitalize(), "key_prefix": facet[:3].upper(), "columns": COLUMNS, **facts}
        self.write(lambda acts, schema: verbs.create_table(acts, schema, facet, **given), by)

    def relate(self, relation: Relation) -> None:
        """A kind of links."""
        self.write(lambda acts, schema: verbs.add_relation(acts, schema, relation))

    def add(self, rows: Sequence[Mapping[str, Any]], facet: str = REQUIREMENTS, *, by: str = "editor") -> list[str]:
        """New records; their ids."""
        records: list[str] = []

        def payloads(acts: Any, schema: Any) -> Iterable[Any]:
            made = verbs.create_records(acts, schema, facet, rows)
            records.extend(made.records)
            return made.payloads

        self.write(payloads, by)
        return records

    def link(self, source: str, target: str, relation: str = "verifies") -> None:
        """A link between two records."""
        self.write(
            lambda acts, schema: verbs.link(acts, schema, make_id(), source=source, target=target, type_=relation)
        )

    def set(self, record: str, field: str, value: Any, *, by: str = "editor", facet: str = REQUIREMENTS) -> None:
        """Somebody else sets a cell, elsewhere."""
        cell = verbs.Cell(record, facet, field, value)
        self.write(lambda acts, schema: verbs.set_fields(acts, schema, [cell]), by)

    def value(self, record: str, field: str, facet: str = REQUIREMENTS) -> Any:
        """What the server shows in a cell."""
        found = self.world.arrange(lambda: Row.objects.get(record=record, facet=facet).shown)
        return found.get(field)

    def until(self, record: str, field: str, value: Any) -> None:
        """Wait until the server has this value."""
        self.world.until(lambda: Row.objects.get(record=record, facet=REQUIREMENTS).shown.get(field) == value)

    def count(self, facet: str = REQUIREMENTS) -> int:
        found: int = self.world.arrange(lambda: Row.objects.filter(project=self.world.project, facet=facet).count())
        return found

    def bundles(self) -> int:
        """How many bundles have been written in the project."""
        project_id = self.world.project.id

        def read() -> int:
            reader = Reader(project_id)
            return len(reader.storage.lacking({}))

        found: int = self.world.arrange(read)
        return found


class Table:
    """A table in somebody's window."""

    def __init__(self, page: Page, window: Person) -> None:
        self.page, self.window = page, window
        expect(page.locator("[data-controller=register-grid][data-ready]")).to_be_visible()

    @property
    def grid(self) -> Locator:
        return self.page.locator("#register-grid")

    @property
    def active(self) -> Locator:
        return self.page.locator("#register-active")

    @property
    def editor(self) -> Locator:
        return self.page.locator(".reg-input")

    def row(self, number: int) -> Locator:
        """A row by its number, from 1."""
        return self.page.locator(f".reg-row[aria-rowindex='{number + 1}']")

    def cell(self, number: int, field: str) -> Locator:
        return self.row(number).locator(f"[data-field='{field}']")

    def go(self, number: int, field: str) -> None:
        """Click a cell."""
        self.cell(number, field).click(position={"x": 4, "y": 16})
        expect(self.cell(number, field)).to_have_id("register-active")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def paste(self, text: str) -> None:
        """Put a text on the clipboard, and paste it into the grid."""
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.page.keyboard.press("ControlOrMeta+v")

    def copied(self) -> str:
        """What is on the clipboard."""
        found: str = self.page.evaluate("navigator.clipboard.readText()")
        return found

    def offline(self, is_offline: bool) -> None:
        """Take the line away, or give it back."""
        self.page.context.set_offline(is_offline)

    def bar(self, words: str) -> Locator:
        return self.page.locator(".ws-bars .bar", has_text=words)


@pytest.fixture
def tables(world: World) -> Tables:  # noqa: F811
    return Tables(world)


@pytest.fixture
def open_table(person: Callable[..., Person]) -> Callable[..., Table]:  # noqa: F811
    """Open a table in a new window of somebody's."""

    def opened(name: str, path: str = f"tables/{REQUIREMENTS}/", **options: Any) -> Table:
        window = person(name, **options)
        return Table(window.open(f"registers/{path}"), window)

    return opened
