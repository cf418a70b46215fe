"""Going back never shows an old state as the present one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from drafts.reading import get_draft
from projects.services import change_role, update_project
from tests.browser.chromium import Chromium
from tests.browser.people import Person, World

# What Chromium says of a socket whose page it keeps.
SLEEP = "entered Back-Forward Cache"


@pytest.fixture(scope="module", params=["from the cache", "from memory"])
def chromium(chromium_of_the_process: Chromium, request: Any) -> Iterator[Browser]:
    """A Chromium that keeps whole pages in memory for going back, as people's do, and one that does not."""
    if request.param == "from the cache":
        browser = chromium_of_the_process.driven()
    else:
        browser = chromium_of_the_process.another(ignored=["--disable-back-forward-cache"])
    with browser as one:
        yield one


PATHS = (
    "history/",
    "versions/12/",
    "compare/?base=11&target=12",
    "members/",
    "activity/",
    "settings/",
    "search/?q=dose",
)


def change_everything(world: World, name: str = "Renamed meanwhile") -> None:
    """A new version, another role, another name: something on every page."""

    def change() -> None:
        daniel = world.writer("editor")
        base = get_draft(project_id=world.project.id, version=None).version_number
        daniel.save(
            {"prompt_text": f"{name}: changed"}, daniel.take(), base=base, message="Meanwhile", release_locks=True
        )
        caller = world.caller("owner")
        about: Any = {"caller": caller, "project_id": world.project.id}
        role = ("viewer", "reviewer")[base % 2]
        change_role(**about, user_id=world.people["reviewer"].id, role=role, reason="Reads")
        update_project(**about, name=name)

    world.arrange(change)


def back(page: Page) -> None:
    page.evaluate("history.back()")


def test_back_shows_a_page_of_the_project_as_it_is_now(
    person: Callable[..., Person], world: World, subtests: pytest.Subtests
) -> None:
    mara = person("owner")
    mara.expected.append(SLEEP)
    for path in PATHS:
        with subtests.test(path=path):
            page = mara.open(path)
            page.goto(f"{world.url}/account/")
            change_everything(world, f"Renamed after {path}")
            back(page)
            expect(page.locator("#project-name")).to_have_text(f"Renamed after {path}")


def test_back_to_the_workspace_catches_up(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    mara.expected.append(SLEEP)
    page = mara.at_work()
    page.goto(f"{world.url}/account/")
    change_everything(world)
    back(page)
    expect(page.locator("#project-name")).to_have_text("Renamed meanwhile")
    expect(mara.text).to_have_text("Renamed meanwhile: changed")


def test_back_shows_a_list_as_it_is_now(person: Callable[..., Person], world: World, subtests: pytest.Subtests) -> None:
    page = person("owner").page
    for path in ("/projects/", "/inbox/"):
        with subtests.test(path=path):
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
