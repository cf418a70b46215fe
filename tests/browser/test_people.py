"""The page People in a browser: found by the keyboard, read on a phone, an account from its form to its end."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex

import pytest
from playwright.sync_api import Route, expect

from accounts.callers import foundry_caller
from accounts.services import create_account
from tests.browser.people import Person, World
from tests.browser.test_accessible import PHONE, in_both_themes, in_every_window


@pytest.fixture
def boss(world: World, person: Callable[..., Person]) -> Callable[..., Person]:
    """Open the window of an administrator."""

    def make() -> None:
        world.people["boss"] = create_account(
            caller=foundry_caller("command"),
            username=f"boss-{token_hex(4)}",
            display_name="Sven Aalto",
            is_administrator=True,
        )

    world.arrange(make)
    return lambda **options: person("boss", **options)


def test_the_pages_in_every_window(boss: Callable[..., Person], world: World) -> None:
    page = boss(size=PHONE).page
    owner = f"{world.url}/people/{world.people['owner'].id}/"
    paths = ("", "?q=nobody-is-called-so", "?state=all&level=auditors", "new/")
    found = {}
    for path in [*(f"{world.url}/people/{each}" for each in paths), owner, *(owner + x for x in ("change/", "close/"))]:
        page.goto(path)
        found[path] = in_every_window(page)
    assert {path: words for path, words in found.items() if words} == {}


def test_an_account_by_keyboard_alone(boss: Callable[..., Person], world: World) -> None:
    sven = boss()
    sven.expected.append("status of 400")
    page, name = sven.page, f"mei-{token_hex(4)}"
    page.goto(f"{world.url}/people/")
    page.keyboard.press("/")
    expect(page.get_by_label("Find an account")).to_be_focused()
    page.keyboard.type(name)
    expect(page.get_by_text("No matching accounts")).to_be_visible()
    page.get_by_role("link", name="Add an account…").press("Enter")

    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type(f"{name}!")
    page.get_by_label("E-mail").fill("mei@example.com")
    page.get_by_role("checkbox", name="Auditor").press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Use letters, digits and")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value("mei@example.com")
    expect(page.get_by_role("checkbox", name="Auditor")).to_be_checked()
    page.get_by_label("User name").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=name).first).to_be_visible()

    page.get_by_role("link", name="Close account…").press("Enter")
    expect(page.locator("dialog:modal")).to_be_visible()
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("link", name="Close account…").press("Enter")
    page.get_by_label("Reason").fill("Left the company")
    page.keyboard.press("Enter")
    expect(page.locator(".badge", has_text="Closed")).to_be_visible()
    page.goto(f"{world.url}/people/?q={name}")
    expect(page.get_by_text("No matching accounts")).to_be_visible()
    page.get_by_label("Accounts").select_option("closed")
    expect(page.get_by_role("link", name=name)).to_be_visible()


def test_a_successor_is_offered_while_the_name_is_typed(boss: Callable[..., Person], world: World) -> None:
    page, heir = boss().page, world.people["editor"]
    page.goto(f"{world.url}/people/{world.people['owner'].id}/close/")
    page.get_by_label("Who takes over").press_sequentially(heir.username[:-1])
    expect(page.locator("#successors option")).to_have_count(1)
    page.get_by_label("Who takes over").fill(heir.username)
    page.get_by_label("Reason").fill("Left the company")
    page.get_by_role("button", name="Close the account").click()
    expect(page.locator(".badge", has_text="Closed")).to_be_visible()


def test_a_list_that_cannot_be_fetched_says_so_and_stays(boss: Callable[..., Person], world: World) -> None:
    sven = boss()
    sven.expected.append("503")
    page, name = sven.page, world.people["editor"].username
    page.goto(f"{world.url}/people/?q={name}")
    page.route("**/people/?*", lambda route: route.fulfill(status=503, body="<p>Busy</p>", content_type="text/html"))
    page.get_by_label("Level").select_option("auditors")
    expect(page.get_by_text("The list could not be loaded.")).to_be_visible()
    expect(page.get_by_text(name)).to_be_visible()
    assert in_both_themes(page) == []
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("No matching accounts")).to_be_visible()
    expect(page.get_by_text("The list could not be loaded.")).to_be_hidden()


def test_a_list_on_its_way_is_shown_as_lines(boss: Callable[..., Person], world: World) -> None:
    page = boss().page
    waiting: list[Route] = []

    def wait(route: Route) -> None:
        waiting.append(route)

    page.goto(f"{world.url}/people/")
    page.route("**/people/?*", wait)
    page.get_by_label("Level").select_option("auditors")
    expect(page.locator("#accounts.list-waits")).to_have_attribute("aria-busy", "true")
    waiting[0].continue_()
    expect(page.locator("#accounts")).not_to_have_attribute("aria-busy", "true")
