"""Jane Doe is in Contacts and in Cast: a module is adopted, two columns are said to be the same, and she is renamed."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from stages.registers import verbs
from tests.browser.people import Person, World
from tests.browser.test_accessible import PHONE, in_both_themes, resize, too_wide
from tests.registers.browser.conftest import Table, Tables


def test_jane_is_renamed_in_one_table_and_read_in_the_other(
    person: Callable[..., Person], world: World, tables: Tables, open_table: Callable[..., Table]
) -> None:
    page = person("owner").page
    page.goto(f"{world.url}/projects/{world.project.id}/")
    page.get_by_role("link", name="Automation", exact=True).click()
    page.locator("#main").get_by_role("link", name="Production").click()
    expect(page.get_by_role("heading", name="Adopt Production 1.0.0")).to_be_visible()
    assert in_both_themes(page) == []
    for width in (PHONE, (768, 844)):
        resize(page, width)
        assert too_wide(page) == []
    resize(page, (1440, 900))
    page.get_by_role("button", name="Adopt module").click()
    expect(page.get_by_text("Adopted production 1.0.0")).to_be_visible()
    (jane,) = tables.add([{"name": "Jane Doe", "email": "jane@co"}], "contacts")
    tables.write(lambda acts, schema: verbs.attach(acts, schema, jane, "cast", {}))
    assert tables.value(jane, "actor", "cast") is None
    page.reload()
    same = page.get_by_role("radiogroup", name="Contacts · Name, Cast · Actor")
    same.get_by_label("Same").check()
    page.get_by_role("button", name="Keep these answers").click()
    expect(same).to_have_count(0)
    cast = open_table("editor", "tables/cast/")
    cast.press("g")
    expect(cast.active).to_have_text("Jane Doe")
    cast.type("Jane M. Doe")
    cast.press("Enter")
    contacts = open_table("owner", "tables/contacts/")
    expect(contacts.cell(1, "name")).to_have_text("Jane M. Doe")
    expect(contacts.cell(1, "email")).to_have_text("jane@co")
