"""What comes and goes above the text does not move the line with the caret, wherever that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from locking.services import request_lock, withdraw_request
from tests.browser.people import Person, World

CARET_LINE = """() => {
  const selection = getSelection();
  const node = selection.anchorNode;
  const line = (node instanceof Element ? node : node.parentElement).closest(".cm-line");
  return Math.round(line.getBoundingClientRect().top);
}"""


def caret_line(page: Page) -> int:
    return int(page.evaluate(CARET_LINE))


def asking(world: World) -> dict[str, Any]:
    """Somebody who asks for the prompt, and may withdraw it."""
    editor = world.arrange(lambda: world.writer("editor"))
    return {
        "caller": editor.caller,
        "project_id": world.project.id,
        "session_id": editor.session,
        "field": "prompt_text",
    }


def test_a_bar_that_comes_and_goes_leaves_the_first_line_where_it_is(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner", size=(1280, 800))
    page = mara.at_work()
    mara.write("x")
    before = caret_line(page)

    ask = asking(world)
    world.arrange(lambda: request_lock(**ask))
    expect(mara.bar("wants to edit Prompt")).to_be_visible()
    assert caret_line(page) == before
    page.keyboard.type("y")
    world.arrange(lambda: withdraw_request(**ask))
    expect(mara.bar("wants to edit Prompt")).to_have_count(0)
    assert caret_line(page) == before


def test_a_bar_that_was_there_before_leaves_the_first_line_where_it_is_when_it_goes(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner", size=(1280, 800))
    page = mara.at_work()
    mara.write("x")
    ask = asking(world)
    page.locator("[aria-label='Filter files'], .topbar a").first.focus()
    world.arrange(lambda: request_lock(**ask))
    expect(mara.bar("wants to edit Prompt")).to_be_visible()
    mara.write("y")
    before = caret_line(page)
    world.arrange(lambda: withdraw_request(**ask))
    expect(mara.bar("wants to edit Prompt")).to_have_count(0)
    assert caret_line(page) == before
    page.locator(".topbar a").first.focus()
    expect(page.locator(".held-place")).to_have_count(0)


def test_the_note_about_broken_json_leaves_the_first_line_where_it_is(person: Callable[..., Person]) -> None:
    mara = person("owner", size=(1280, 800))
    page = mara.at_work(field="model_configuration")
    mara.write("x")
    note = page.locator("[data-sheet-target=note]")
    before = caret_line(page)
    expect(note).to_be_visible()
    assert caret_line(page) == before
    page.keyboard.press("Backspace")
    expect(note).to_be_hidden()
    assert caret_line(page) == before
