from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.passwords import give_password
from tests.browser.people import Person, World

PASSWORD = "lantern-orbit-42"


def test_somebody_signs_in_finds_a_project_and_signs_out(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    world.arrange(lambda: give_password(mara.user, PASSWORD))
    mara.sign_out()
    page = mara.page
    page.goto(world.url)
    page.get_by_label("User name").fill(mara.user.username)
    password = page.get_by_label("Password")
    password.fill("not my password")
    show = page.get_by_role("button", name="Show password")
    show.click()
    expect(password).to_have_attribute("type", "text")
    expect(password).to_be_focused()
    show.click()
    expect(password).to_have_attribute("type", "password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Wrong user name or password")
    expect(page.get_by_label("User name")).to_have_value(mara.user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{world.url}/projects/")

    page.keyboard.press("/")
    page.keyboard.type("oncology")
    expect(page).to_have_url(re.compile("q=oncology"))
    page.locator("h2, h3", has=page.locator(f'a[href="/projects/{world.project.id}/"]')).get_by_role("link").click()
    expect(page.locator(".crumbs")).to_contain_text(world.project.name)

    page.get_by_role("button", name=f"Account of {mara.user.display_name}").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_token_waits_until_its_maker_has_proved_who_they_are(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    world.arrange(lambda: give_password(mara.user, PASSWORD))
    mara.sign_out()
    page = mara.page
    page.goto(f"{world.url}/account/")
    page.get_by_label("User name").fill(mara.user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Name of the new token").fill("laptop IDE")
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_role("heading", name="Confirm your identity")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("status").filter(has_text="it is not shown again")).to_be_visible()


def test_pages_that_ask_who_somebody_is_open_in_the_field_to_fill_in(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    page = mara.page
    world.arrange(lambda: give_password(mara.user, PASSWORD))
    mara.sign_out()
    page.goto(f"{world.url}/account/")
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type(mara.user.username)
    page.keyboard.press("Tab")
    page.keyboard.type("not my password")
    page.keyboard.press("Enter")
    # The name was right: what is left to fill in is the password.
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{world.url}/account/")
    page.goto(f"{world.url}/accounts/factors/codes/add/")
    expect(page.get_by_role("heading", name="Confirm your identity")).to_be_visible()
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Add an authenticator app")).to_be_visible()
    expect(page.get_by_label("code")).to_be_focused()


def test_somebody_makes_a_project_and_begins_to_write(person: Callable[..., Person], world: World) -> None:
    jonas = person("auditor")
    page = jonas.page
    page.goto(f"{world.url}/projects/")
    page.get_by_role("button", name="New project").first.click()
    page.get_by_label("Name").fill("Deviation triage")
    page.get_by_role("button", name="Create project").click()
    expect(page.get_by_role("heading", name="No text in Prompt yet")).to_be_visible()
    page.get_by_role("button", name="Start writing").first.click()
    jonas.expect_state("yours")
    page.keyboard.type("# Role")
    page.keyboard.press("ControlOrMeta+s")
    expect(jonas.toast("Saved as v1")).to_be_visible()
    expect(page.locator(".topbar .badge")).to_contain_text("Draft v1")
