"""Lines are linked to a requirement; somebody else changes them; the link is suspect until it is confirmed."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from stages.registers.models import Edge
from tests.browser.people import Person, World
from tests.browser.proposing import prompt_of, save
from tests.browser.test_accessible import in_both_themes
from tests.registers.browser.conftest import Tables

Open = Callable[..., Person]
LINE = "Grade every event"


def link_line(page: Page, window: Person, words: str, key: str) -> None:
    """Select a line by key, and link it by key."""
    window.line(words).click()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    expect(page.locator(".passage-bar")).to_be_visible()
    page.keyboard.press("ControlOrMeta+Alt+l")
    expect(page.locator("#passage-record")).to_be_focused()
    page.keyboard.type(key)
    expect(page.locator(".passage-choice")).to_have_count(1)
    page.keyboard.press("Enter")


def test_lines_are_linked_become_suspect_and_are_confirmed(person: Open, world: World, requirements: list[str]) -> None:
    window = person("editor")
    page = window.at_work()
    link_line(page, window, LINE, "REQ-2")
    chip, link = page.locator(".cm-passage-chip"), page.locator(".passage-link")
    expect(chip).to_have_text("REQ-2")
    expect(link).to_have_attribute("data-state", "confirmed")
    expect(page.locator("#tab-passages .pill")).to_have_text("1")

    save(world, "owner", "prompt_text", "A line before.\n" + prompt_of(world).replace(LINE, "Grade each event"))
    expect(link).to_have_attribute("data-state", "suspect")
    expect(link.locator("ins")).to_have_text("each")
    expect(chip).to_have_attribute("data-state", "suspect")
    assert in_both_themes(page) == []

    link.locator("button.line-chip").focus()
    page.keyboard.press("c")
    expect(link).to_have_attribute("data-state", "confirmed")
    expect(chip).not_to_have_attribute("data-state", "suspect")

    link.get_by_role("button", name="Unlink").click()
    expect(link).to_have_count(0)
    expect(chip).to_have_count(0)
    assert not world.arrange(lambda: Edge.objects.filter(project=world.project, shown=True).exists())


def test_the_record_of_a_key_comes_first_however_fast_one_types(
    person: Open, world: World, requirements: list[str]
) -> None:
    # The words of another one contain the number, too.
    Tables(world).add([{"statement": "REQ 2 or 3"}])
    window = person("editor")
    page = window.at_work()
    window.line(LINE).click()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.press("ControlOrMeta+Alt+l")
    page.locator("#passage-record").fill("req-3")
    page.keyboard.press("Enter")
    expect(window.toast("Linked to REQ-3.")).to_be_visible()
    expect(page.locator(".passage-link strong")).to_have_text("REQ-3")


def test_a_link_leads_to_its_line_and_back_to_the_record(person: Open, world: World, requirements: list[str]) -> None:
    window = person("editor")
    page = window.at_work()
    link_line(page, window, LINE, "Statement 3")
    link = page.locator(".passage-link")
    link.get_by_role("link", name="Open").click()
    page.wait_for_url(f"**/registers/records/{requirements[2]}/**")
    page.locator("#record-links a", has_text=LINE).first.click()
    expect(page.locator(".cm-passage-chip[data-active]")).to_have_text("REQ-3")
    expect(window.line(LINE)).to_be_in_viewport()


def test_a_reviewer_reads_links_and_makes_none(person: Open, world: World, requirements: list[str]) -> None:
    writing = person("editor")
    link_line(writing.at_work(), writing, LINE, "REQ-1")
    expect(writing.page.locator(".passage-link")).to_be_visible()
    page = person("reviewer").at_work()
    page.locator("#tab-passages").click()
    expect(page.locator(".passage-link")).to_have_count(1)
    expect(page.locator("#passage-record")).to_have_count(0)
    expect(page.locator(".passage-link").get_by_role("button", name="Unlink")).to_have_count(0)


def test_notes_leave_the_form_free_in_which_somebody_writes(
    person: Open, world: World, requirements: list[str]
) -> None:
    window = person("editor")
    page = window.at_work()
    window.line(LINE).click()
    page.evaluate("dispatchEvent(new CustomEvent('toast', {detail: {text: 'Saved as v2'}}))")
    page.keyboard.press("ControlOrMeta+Alt+l")
    expect(page.locator("#passage-record")).to_be_focused()
    note, panel = page.locator(".toast-note").bounding_box(), page.locator("#panel").bounding_box()
    assert note
    assert panel
    assert note["x"] + note["width"] <= panel["x"]
