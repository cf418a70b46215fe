"""axe over every page, in both themes and on a phone; and none of them is wider than its window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver
from playwright.sync_api import Page, expect

from publishing.services import withdraw_release
from tests.browser.pages import ELSEWHERE, NO_PAGES, OF_A_PROJECT, other_paths, project_paths
from tests.browser.people import Person, Scheme, World
from tests.browser.signers import story
from workspace.urls import urlpatterns

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
WINDOWS = [("light", (1440, 900)), ("dark", (1024, 844)), ("light", (390, 844))]
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def violations(page: Page) -> list[str]:
    """What axe finds. Its script comes through the debugger, past the content policy."""
    page.wait_for_load_state()
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def test_no_page_is_forgotten() -> None:
    """A new address stands in the list of pages, or is said to be none."""
    assert names_of(urlpatterns) <= {*OF_A_PROJECT, *ELSEWHERE, *NO_PAGES}


def names_of(patterns: Sequence[URLPattern | URLResolver]) -> set[str]:
    names: set[str] = set()
    for pattern in patterns:
        names |= names_of(pattern.url_patterns) if isinstance(pattern, URLResolver) else {str(pattern.name)}
    return names


@pytest.mark.parametrize(("scheme", "size"), WINDOWS)
def test_every_page(person: Callable[..., Person], world: World, scheme: Scheme, size: tuple[int, int]) -> None:
    mara = person("owner", scheme=scheme, size=size)
    page = mara.at_work()
    found = {"workspace": violations(page)}
    mara.expected.append("status of 404")
    for path in [*(world.address + path for path in project_paths()), *(world.url + path for path in other_paths())]:
        page.goto(path)
        found[path] = violations(page)
        if (by := page.evaluate(TOO_WIDE)) > 0:
            found[path].append(f"scrolls sideways by {by} px")
    mara.sign_out()
    page.goto(f"{world.url}/accounts/login/")
    found["sign in"] = violations(page)
    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_states_of_the_workspace(person: Callable[..., Person], scheme: Scheme) -> None:
    mara, daniel = person("owner", scheme=scheme), person("editor", scheme=scheme)
    mara.at_work()
    daniel.at_work()
    mara.write("Unsaved. ")
    expect(daniel.badge).to_contain_text("Being edited by")
    found = {"writing": violations(mara.page), "watching": violations(daniel.page)}
    daniel.page.get_by_role("button", name="Ask for this field").click()
    found["ask"] = violations(daniel.page)
    daniel.page.get_by_role("dialog").get_by_role("button", name="Ask", exact=True).click()
    expect(daniel.page.get_by_role("button", name="Take it back")).to_be_visible()
    expect(mara.bar("Daniel Okafor wants to edit Prompt.")).to_be_visible()
    found["asked"] = [*violations(daniel.page), *violations(mara.page)]
    mara.page.get_by_role("button", name="Stop editing").click()
    found["dialog"] = violations(mara.page)
    mara.page.keyboard.press("Escape")
    mara.page.locator("[data-sheet-target=compare]").click()
    expect(mara.page.locator(".cm-merge-b")).to_be_visible()
    found["merge"] = violations(mara.page)
    mara.page.keyboard.press("Escape")
    mara.page.keyboard.press("ControlOrMeta+k")
    expect(mara.page.locator(".palette-row").first).to_be_visible()
    found["palette"] = violations(mara.page)
    mara.page.keyboard.press("Escape")
    mara.page.get_by_role("button", name="shortcuts").click()
    found["shortcuts"] = violations(mara.page)
    assert {state: words for state, words in found.items() if words} == {}


@pytest.mark.parametrize(("scheme", "size"), WINDOWS)
def test_the_pages_of_releases(
    person: Callable[..., Person], world: World, scheme: Scheme, size: tuple[int, int]
) -> None:
    first, second = world.arrange(lambda: story(world))
    priya, mara = person("reviewer", scheme=scheme, size=size), person("owner", scheme=scheme, size=size)
    found = {}
    for path in (
        "releases/",
        f"releases/{first.id}/",
        f"releases/{second.id}/",
        f"releases/{second.id}/?sign=reviewed",
    ):
        found[path] = violations(priya.open(path))
    for path in (f"releases/{second.id}/reject/", "releases/policy/", "history/"):
        found[path] = violations(mara.open(path))
    mara.at_work()
    found["workspace in review"] = violations(mara.page)
    world.arrange(lambda: withdraw_release(caller=world.caller("editor"), release_id=second.id, reason="Not yet"))
    for path in ("releases/new/", f"releases/{second.id}/", "releases/policy/"):
        found[f"open: {path}"] = violations(mara.open(path))
    assert {path: words for path, words in found.items() if words} == {}
