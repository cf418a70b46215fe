"""What is typed over a selection breaks no rule of the content policy: its report would fail the window's test."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.people import Person


def test_a_selection_is_typed_over_backwards(person: Callable[..., Person]) -> None:
    daniel = person("editor")
    page = daniel.at_work()
    daniel.take()
    for heading in ("# Role", "# Sources"):
        daniel.line(heading).click()
        page.keyboard.press("End")
        page.keyboard.press("Shift+Home")
        page.keyboard.type("xy")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.type("z")
    expect(daniel.text).not_to_contain_text("# Sources")
    expect(daniel.line("xy")).to_have_text("xy")


def test_brackets_close_around_what_is_selected(person: Callable[..., Person]) -> None:
    daniel = person("editor")
    page = daniel.at_work("files/topology.yaml")
    daniel.take()
    page.keyboard.press("ControlOrMeta+Home")
    page.keyboard.press("Shift+End")
    words = daniel.text.locator(".cm-line").first.inner_text()
    page.keyboard.type("(")
    expect(daniel.text.locator(".cm-line").first).to_have_text(f"({words})")
