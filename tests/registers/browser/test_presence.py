"""Where people are: the bar says which record or table, the grid in which cell."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.people import Person
from tests.registers.browser.conftest import Table, Tables


def test_the_bar_names_the_record_and_the_table_that_somebody_is_in(
    person: Callable[..., Person], open_table: Callable[..., Table], tables: Tables
) -> None:
    tables.make()
    first, second = tables.add([{"statement": "One"}, {"statement": "Two"}])
    daniel = open_table("editor")
    mara = person("owner")
    page = mara.open(f"registers/records/{first}/")
    of_daniel = page.locator(".projectbar .person", has_text="Daniel")
    expect(of_daniel).to_contain_text("in Requirements")
    daniel.page.goto(daniel.page.url.replace("tables/requirements/", f"records/{second}/"))
    expect(of_daniel).to_contain_text("in REQ-2")
    expect(of_daniel.get_by_role("link")).to_have_attribute("href", re.compile(f"/registers/records/{second}/$"))
    # The page that did not change shows her where she is, as well.
    expect(daniel.page.locator(".projectbar .person", has_text="Mara")).to_contain_text("in REQ-1")


def test_the_grid_shows_the_cell_that_somebody_is_at(open_table: Callable[..., Table], tables: Tables) -> None:
    tables.make()
    tables.add([{"statement": "One", "source": "P 1"}, {"statement": "Two"}])
    daniel, mara = open_table("editor"), open_table("owner")
    daniel.go(2, "statement")
    at = mara.page.locator("[data-reader]")
    expect(mara.cell(2, "statement")).to_have_attribute("data-reader", "Daniel Okafor")
    expect(mara.cell(2, "statement").locator(".reg-reader")).to_have_text("DO")
    daniel.press("ArrowUp", "ArrowRight")
    expect(mara.cell(1, "area")).to_have_attribute("data-reader", "Daniel Okafor")
    expect(at).to_have_count(1)
    daniel.press("ArrowRight", "ArrowRight", "Enter")
    expect(mara.cell(1, "source").locator(".reg-flag")).to_have_text("Daniel")
    expect(at).to_have_count(0)
    daniel.press("Escape")
    expect(mara.cell(1, "source")).to_have_attribute("data-reader", "Daniel Okafor")
    daniel.page.close()
    expect(at).to_have_count(0)
