"""Going back never shows an old state as the present one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from foundry_site.launcher.chromium import find_chromium
from projects.services import change_role, update_project
from tests.browser.conftest import CHROMIUM
from tests.browser.people import Person, World

# What Chromium says of a socket whose page it keeps.
SLEEP = "entered Back-Forward Cache"


@pytest.fixture(scope="module", params=["from the cache", "from memory"])
def chromium(request: Any) -> Iterator[Browser]:
    """A Chromium that keeps whole pages in memory for going back, as people's do, and one that does not."""
    ignored = ["--disable-back-forward-cache"] if request.param == "from memory" else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM), ignore_default_args=ignored
        )
        yield browser
        browser.close()


def change_everything(world: World) -> None:
    """A new version, another role, another name: something on every page."""

    def change() -> None:
        daniel = world.writer("editor")
        lock = daniel.take()
        daniel.save({"prompt_text": "Changed meanwhile"}, lock, base=12, message="Meanwhile", release_locks=True)
        caller = world.caller("owner")
        about: Any = {"caller": caller, "project_id": world.project.id}
        change_role(**about, user_id=world.people["editor"].id, role="viewer", reason="Reads")
        update_project(**about, name="Renamed meanwhile")

    world.arrange(change)


def back(page: Page) -> None:
    page.evaluate("history.back()")


@pytest.mark.parametrize(
    "path",
    ["history/", "versions/12/", "compare/?base=11&target=12", "members/", "activity/", "settings/", "search/?q=dose"],
)
def test_back_shows_a_page_of_the_project_as_it_is_now(person: Callable[..., Person], world: World, path: str) -> None:
    mara = person("owner")
    mara.expected.append(SLEEP)
    page = mara.open(path)
    page.goto(f"{world.url}/account/")
    change_everything(world)
    back(page)
    expect(page.locator("#project-name")).to_have_text("Renamed meanwhile")


def test_back_to_the_workspace_catches_up(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    mara.expected.append(SLEEP)
    page = mara.at_work()
    page.goto(f"{world.url}/account/")
    change_everything(world)
    back(page)
    expect(page.locator("#project-name")).to_have_text("Renamed meanwhile")
    expect(mara.text).to_have_text("Changed meanwhile")


@pytest.mark.parametrize("path", ["/projects/", "/inbox/"])
def test_back_shows_a_list_as_it_is_now(person: Callable[..., Person], world: World, path: str) -> None:
    page = person("owner").page
    page.goto(world.url + path)
    page.evaluate("window.isOld = true")
    page.goto(f"{world.url}/account/")
    back(page)
    page.wait_for_url(world.url + path, wait_until="commit")
    page.wait_for_function("!window.isOld && performance.getEntriesByType('navigation')[0].type !== 'navigate'")


def test_a_page_out_of_memory_in_which_something_is_typed_says_that_it_is_old(
    person: Callable[..., Person], world: World
) -> None:
    """Chromium forgets pages that must not be stored; other browsers keep them, with what was typed in them."""
    page = person("owner").open("releases/new/")
    page.locator("#release-name").fill("Typed before")
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(page.locator(".page-bars .bar")).to_contain_text("This page may be out of date.")
    expect(page.locator("#release-name")).to_have_value("Typed before")
