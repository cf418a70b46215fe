"""Proposing by keyboard, on a phone, in both themes, and where the system paints colours away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from proposals.models import Proposal
from tests.browser.contexts import Scheme
from tests.browser.people import Person, World
from tests.browser.proposing import keeps, open_proposal, save, staged
from tests.browser.test_accessible import TOO_WIDE, violations
from tests.browser.test_forced_colours import style, with_forced_colours

WINDOWS = [("light", (1440, 900)), ("dark", (1024, 844)), ("light", (390, 844))]


@pytest.mark.parametrize(("scheme", "size"), WINDOWS)
def test_its_states_are_accessible(
    person: Callable[..., Person], world: World, scheme: Scheme, size: tuple[int, int]
) -> None:
    daniel = person("editor", scheme=scheme, size=size)
    page = open_proposal(daniel, staged(world, prompt_text="Proposed.\n"))
    expect(daniel.line("Proposed.")).to_be_visible()
    found = {"staged": violations(page)}
    save(world, "owner", "prompt_text", "Theirs.\n")
    expect(daniel.bar("v13 changed Prompt.")).to_be_visible()
    found["drift"] = violations(page)
    page.locator(".switch-button").click()
    expect(page.get_by_role("link", name="Shorter refusals")).to_be_visible()
    found["switch"] = violations(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Open for review…").locator("visible=true").click()
    found["submit"] = violations(page)
    assert page.evaluate(TOO_WIDE) <= 0
    assert {state: words for state, words in found.items() if words} == {}


def test_everything_goes_by_keyboard(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    page = daniel.at_work()
    page.keyboard.press("ControlOrMeta+k")
    page.keyboard.type("New proposal")
    expect(page.locator(".palette-row[aria-selected=true]")).to_contain_text("New proposal")
    page.keyboard.press("Enter")
    expect(daniel.badge).to_have_text("Proposal · private")
    proposal = world.arrange(lambda: Proposal.objects.get(project=world.project))
    expect(daniel.text).to_be_editable()
    daniel.text.focus()
    page.keyboard.press("ControlOrMeta+Home")
    page.keyboard.type("By key. ")
    expect(daniel.line("By key. ")).to_be_visible()
    page.keyboard.press("ControlOrMeta+s")
    expect(daniel.toast("Your proposal is backed up.")).to_be_visible()
    assert world.arrange(lambda: keeps(proposal, "By key. "))
    page.keyboard.press("ControlOrMeta+k")
    page.keyboard.type("Accept as v13")
    expect(page.locator(".palette-row[aria-selected=true]")).to_contain_text("Accept as v13…")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Accept as v13?")
    expect(dialog.get_by_label("Message")).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More for this proposal").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Accept as v13…")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Message")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Accept as v13")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".switch-button")).to_have_text("Current")
    expect(daniel.line("By key.")).to_be_visible()


def test_it_is_told_apart_without_colours(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    page = with_forced_colours(open_proposal(daniel, staged(world, prompt_text="Proposed.\n")))
    expect(page.locator(".cm-deletedChunk").first).to_be_visible()
    assert style(page.locator(".sheet"), "border-bottom-style") == "dashed"
    assert style(daniel.badge, "border-bottom-style") == "dashed"
    assert "underline" in style(page.locator(".cm-changedText").first, "text-decoration-line")
    assert "line-through" in style(page.locator(".cm-deletedText").first, "text-decoration-line")


def test_the_difference_is_shown_or_not(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    page = open_proposal(daniel, staged(world, prompt_text="Proposed.\n"))
    removed = page.locator(".cm-deletedChunk")
    expect(removed.first).to_be_visible()
    toggle = page.get_by_role("button", name="Changes", exact=True)
    expect(toggle).to_have_attribute("aria-pressed", "true")
    toggle.click()
    expect(removed).to_have_count(0)
    page.reload()
    expect(daniel.line("Proposed.")).to_be_visible()
    expect(removed).to_have_count(0)
