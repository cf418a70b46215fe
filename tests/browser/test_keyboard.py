"""With nothing but Tab: every control can be seen to have the focus, and follows the one before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from publishing.services import submit_release
from tests.browser.people import Person, World

# More than any page of the project has.
MAX_CONTROLS = 200
# What has the focus: its tag; whether it, or the control that it is a part of, has a ring (in the editor the caret is
# the mark); whether it lies on the screen; and whether it follows in the document what had the focus before.
FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const around = [element];
  while (around.length < 4 && around.at(-1).parentElement) around.push(around.at(-1).parentElement);
  const hasRing = (one) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
  };
  const follows = (one, next) => (one.compareDocumentPosition(next) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  const box = element.getBoundingClientRect();
  const before = window.focusedBefore ?? null;
  window.focusedBefore = element;
  return {
    tag: element.outerHTML.slice(0, 160),
    isMarked: element.matches('.cm-content') || around.some(hasRing),
    isSeen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    follows: !before?.isConnected || follows(before, element),
  };
}"""
IS_IN_MAIN = "document.getElementById('main').contains(document.activeElement)"
PATHS = ("", "history/?pick=9&pick=12", "compare/?base=9&target=12", "releases/new/", "members/", "settings/")


def tab_through(page: Page) -> list[dict[str, Any]]:
    """Everything that gets the focus, from the beginning of the page to its end."""
    met: list[dict[str, Any]] = []
    while len(met) < MAX_CONTROLS:
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        met.append(focused)
    return met


def expect_good_order(page: Page) -> None:
    met = tab_through(page)
    assert "skip-to" in met[0]["tag"]
    assert 5 < len(met) < MAX_CONTROLS
    assert [each["tag"] for each in met if not (each["isMarked"] and each["isSeen"] and each["follows"])] == []


def test_tab_goes_through_a_page_in_order_and_is_seen(person: Callable[..., Person], subtests: pytest.Subtests) -> None:
    mara = person("owner")
    for path in PATHS:
        with subtests.test(path=path):
            expect_good_order(mara.open(path) if path else mara.at_work())


def test_tab_goes_through_a_release_in_order_and_is_seen(person: Callable[..., Person], world: World) -> None:
    release = world.arrange(
        lambda: submit_release(
            caller=world.caller("editor"), project_id=world.project.id, name="1.0.0", version=12, notes=""
        )
    )
    expect_good_order(person("owner").open(f"releases/{release.id}/"))


def test_the_skip_link_leads_past_the_head_of_the_page(
    person: Callable[..., Person], subtests: pytest.Subtests
) -> None:
    mara = person("owner")
    for path in PATHS:
        with subtests.test(path=path):
            page = mara.open(path) if path else mara.at_work()
            page.keyboard.press("Tab")
            expect(page.locator(".skip-to")).to_be_focused()
            page.keyboard.press("Enter")
            page.keyboard.press("Tab")
            assert page.evaluate(IS_IN_MAIN)
