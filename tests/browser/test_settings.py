"""An owner renames the project and puts it away; others, who have it open, see it at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import expect

from projects.services import update_project
from tests.browser.people import Person, World


def test_a_new_name_shows_where_others_are(person: Callable[..., Person]) -> None:
    mara, daniel = person("owner"), person("editor")
    theirs = daniel.at_work()
    page = mara.open()
    page.get_by_role("navigation", name="This project").get_by_role("link", name="Settings").click()
    page.get_by_label("Name", exact=True).fill("Oncology, phase III")
    page.get_by_role("radio", name="Internal").check()
    page.get_by_role("button", name="Save settings").click()
    expect(mara.toast("Settings saved.")).to_be_visible()
    expect(theirs.locator("#project-name")).to_have_text("Oncology, phase III")
    assert "· Oncology, phase III ·" in theirs.title()


def test_a_new_name_shows_on_every_page_that_follows_the_project(
    person: Callable[..., Person], world: World, subtests: pytest.Subtests
) -> None:
    daniel = person("editor")
    for path, title in (("releases/", "Releases"), ("activity/", "Activity"), ("settings/", "Settings")):
        with subtests.test(path=path):
            page = daniel.open(path)
            name = f"Phase III, seen on {title}"
            world.arrange(partial(rename, world, name))
            expect(page.locator("#project-name")).to_have_text(name)
            expect(page).to_have_title(f"{title} · {name} · Foundry")


def rename(world: World, name: str) -> None:
    update_project(caller=world.caller("owner"), project_id=world.project.id, name=name)


def test_a_project_is_put_away_by_keyboard_and_opened_again(person: Callable[..., Person]) -> None:
    mara, daniel = person("owner"), person("editor")
    daniel.at_work()
    page = mara.open("settings/")
    page.get_by_role("link", name="Archive…").click()
    confirm = page.get_by_role("button", name="Archive the project")
    # Modal since its script runs; before that there is only the link to cancel.
    expect(page.locator(".page-dialog:modal")).to_be_visible()
    page.keyboard.press("Escape")
    expect(confirm).to_be_hidden()
    page.get_by_role("link", name="Archive…").click()
    expect(confirm).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_disabled()
    expect(daniel.bar("Archived.")).to_be_visible()
    daniel.expect_state("archived")

    page.get_by_role("link", name="Reopen…").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("The trial goes on")
    page.get_by_role("button", name="Reopen the project").click()
    daniel.expect_state("free")
