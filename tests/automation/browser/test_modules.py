"""Jane Doe is in Contacts and in Cast: a module is adopted, two columns are said to be the same, and she is renamed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Any

from playwright.sync_api import expect

from accounts.callers import foundry_caller
from accounts.services import create_account
from stages.automation.services.modules import adopt_module
from stages.automation.services.packages import add_package
from stages.registers import verbs
from tests.automation.modules.world import manifest, table
from tests.automation.packages.making import module
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
    expect(page.get_by_text("Adopted Production 1.0.0")).to_be_visible()
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


STAFF = manifest(
    "staff",
    table("staff", name="text person.name", since="date"),
    '[capabilities]\nwrite = ["staff.*"]',
    '[rules.dated]\nscope = "staff"\nwhen = [{ column = "since", empty = false }]\nadd_to = "people"',
    '[scripts.tidy]\ntitle = "Tidy"',
)
STAFF_MORE = '[tables.staff]\ncolumns.room = {type = "text"}'


def test_an_owner_adopts_answers_suggestions_and_upgrades(
    person: Callable[..., Person], world: World, tables: Tables
) -> None:
    def add(toml: str, script: str) -> None:
        add_package(caller=foundry_caller("command"), archive=module(toml, scripts__tidy_lua=script))

    def adopt_people() -> None:
        add_package(
            caller=foundry_caller("command"),
            archive=module(manifest("people", table("people", name="text person.name"))),
        )
        adopt_module(caller=world.caller("owner"), project_id=world.project.id, name="people")

    world.arrange(adopt_people)
    world.arrange(lambda: add(STAFF, "return 1\n"))
    mara = person("owner")
    page = mara.open("automation/modules/staff/")
    lines = page.locator("#adopt-lines")
    expect(lines).to_contain_text("Nothing granted of 1")
    expect(lines).to_contain_text("No column mapped")
    page.get_by_label("staff.*").check()
    expect(lines).to_contain_text("1 of 1 granted")
    expect(lines).to_contain_text("1 script on")
    page.get_by_role("radiogroup").get_by_label("Same").check()
    expect(lines).to_contain_text("1 column mapped")
    assert in_both_themes(page) == []
    page.get_by_role("button", name="Adopt module").click()
    expect(page.locator(".sheet-bar .badge")).to_have_text("Adopted")
    expect(page.locator(".auto-row", has=page.get_by_text("Tidy", exact=True))).to_contain_text("On")
    expect(page.get_by_role("radiogroup")).to_have_count(0)

    second = STAFF.replace('version = "1.0.0"', 'version = "1.1"').replace("[tables.staff]", STAFF_MORE)
    world.arrange(lambda: add(second, "return 2\n"))
    page.reload()
    page.get_by_role("link", name="Version 1.1 is at this site.").click()
    expect(page.get_by_role("heading", name="Update staff to 1.1")).to_be_visible()
    page.locator(".module-change", has_text="scripts/tidy.lua").locator("summary").click()
    expect(page.locator(".module-change td.is-added").last).to_contain_text("return 2")
    expect(page.locator("#adopt-lines")).to_contain_text("1 new column")
    assert in_both_themes(page) == []
    for width in (PHONE, (768, 844)):
        resize(page, width)
        assert too_wide(page) == []
    resize(page, (1440, 900))
    page.get_by_role("button", name="Adopt this version").click()
    expect(page.get_by_role("heading", name="staff 1.1")).to_be_visible()
    expect(page.locator(".auto-row", has=page.get_by_text("Tidy", exact=True))).to_contain_text(
        "Off until an owner switches this text on"
    )


def test_an_administrator_adds_a_version_and_reads_what_is_wrong_with_another(
    person: Callable[..., Person], world: World, tmp_path: Path
) -> None:
    def make_administrator() -> None:
        username = f"administrator-{token_hex(4)}"
        facts: dict[str, Any] = {"display_name": "Ada Berg", "is_administrator": True}
        world.people["administrator"] = create_account(caller=foundry_caller("command"), username=username, **facts)

    world.arrange(make_administrator)
    ada = person("administrator")
    ada.expected.append("status of 400")
    page = ada.page
    page.goto(f"{world.url}/modules/")
    good, bad = tmp_path / "shifts.zip", tmp_path / "wrong.zip"
    toml = manifest("shifts", table("shifts", day="date"))
    good.write_bytes(module(toml))
    bad.write_bytes(module(toml.replace("version", "vision")))
    page.get_by_label("Add a version").set_input_files(bad)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("wrong.zip was not added.")
    expect(page.get_by_role("alert")).to_contain_text("module.vision")
    page.get_by_label("Add a version").set_input_files(good)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#module-shifts")).to_contain_text("used by nobody")
    page.locator("#module-shifts").get_by_role("button", name="Use its views").click()
    expect(page.locator("#module-shifts")).to_contain_text("You use the views of 1.0.0")
    assert in_both_themes(page) == []
    for width in (PHONE, (768, 844)):
        resize(page, width)
        assert too_wide(page) == []
