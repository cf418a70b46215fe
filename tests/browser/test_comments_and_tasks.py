"""Comments and tasks, between people with windows of their own."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.people import Person

LINE = "After an interruption"


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def say_on_line(who: Person, line: str, words: str) -> None:
    """Select a whole line by mouse, and comment on it by keyboard; it is written when the composer is empty."""
    who.line(line).click(click_count=3)
    who.page.keyboard.press("ControlOrMeta+Alt+KeyM")
    box = who.page.get_by_label("Comment", exact=True)
    box.fill(words)
    who.page.keyboard.press("ControlOrMeta+Enter")
    expect(box).to_have_value("")


def test_lines_are_commented_answered_and_resolved_from_another_window(person: Callable[..., Person]) -> None:
    priya, daniel = person("reviewer"), person("editor")
    priya.at_work()
    daniel.at_work()
    say_on_line(priya, LINE, "Cite 6.1.2, otherwise this reads as our opinion.")

    thread = daniel.page.locator(".thread", has_text="Cite 6.1.2")
    expect(thread).to_be_visible()
    expect(thread.locator("blockquote")).to_contain_text(LINE)
    expect(daniel.page.locator(".cm-comment").first).to_contain_text(LINE)
    expect(daniel.page.locator("#tab-comments .pill")).to_have_text("1")
    expect(daniel.page.locator("[data-controller=announcer]")).to_contain_text("Priya Raman commented on Prompt.")

    thread.click()
    thread.get_by_role("button", name="Reply").click()
    daniel.page.get_by_label("Comment", exact=True).fill("Done in the next version.")
    daniel.page.keyboard.press("ControlOrMeta+Enter")
    expect(priya.page.locator(".thread-reply")).to_contain_text("Done in the next version.")
    expect(priya.page.locator(".cm-comment-count")).to_have_text("2")

    thread.get_by_role("button", name="Resolve").click()
    expect(priya.page.locator(".thread")).to_have_count(0)
    expect(priya.page.locator(".cm-comment")).to_have_count(0)
    priya.page.get_by_role("switch", name="1 closed").click()
    expect(priya.page.locator(".thread-state")).to_contain_text("Resolved by Daniel Okafor")
    priya.page.get_by_role("button", name="go to the text").focus()
    priya.page.get_by_role("button", name="Reopen").click()
    expect(daniel.page.locator(".thread")).to_have_count(1)


def test_a_comment_says_when_its_text_is_gone_and_can_be_withdrawn(person: Callable[..., Person]) -> None:
    priya, daniel = person("reviewer"), person("editor")
    priya.at_work()
    daniel.at_work()
    say_on_line(priya, LINE, "Is this still true?")
    expect(daniel.page.locator(".thread")).to_be_visible()
    daniel.take()
    daniel.page.keyboard.press("ControlOrMeta+a")
    daniel.page.keyboard.press("Delete")
    daniel.page.keyboard.type("Nothing of it is left.")
    daniel.page.keyboard.press("ControlOrMeta+s")
    expect(priya.page.locator(".thread-gone")).to_contain_text("Its text was removed after v12.")
    expect(priya.page.locator(".thread-quote")).to_contain_text(LINE)

    priya.page.locator(".thread").click()
    priya.page.get_by_role("button", name="Withdraw…").click()
    dialog = priya.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Withdraw", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(daniel.page.locator(".thread")).to_have_count(0)


def test_what_is_typed_survives_what_others_do(person: Callable[..., Person]) -> None:
    priya, daniel = person("reviewer"), person("editor")
    priya.at_work()
    daniel.at_work()
    box = priya.page.get_by_label("Comment", exact=True)
    box.fill("Half a thought")
    say_on_line(daniel, LINE, "Another one")
    expect(priya.page.locator(".thread")).to_be_visible()
    expect(box).to_have_value("Half a thought")


def test_a_comment_is_found_from_its_line_and_its_line_from_it(person: Callable[..., Person]) -> None:
    priya = person("reviewer")
    page = priya.at_work()
    say_on_line(priya, "# Role", "Name the sponsor here.")
    page.get_by_label("Comment", exact=True).blur()
    say_on_line(priya, LINE, "Cite 6.1.2")
    expect(page.locator(".cm-comment")).to_have_count(2)
    page.locator(".cm-comment", has_text="Role").click()
    expect(page.locator(".thread[data-active]")).to_contain_text("Name the sponsor")
    page.locator(".thread", has_text="Cite 6.1.2").get_by_role("button", name="go to the text").press("Enter")
    expect(page.locator(".cm-comment-active")).to_contain_text(LINE)


def test_tasks_are_ticked_live(person: Callable[..., Person]) -> None:
    priya, daniel = person("reviewer"), person("editor")
    priya.at_work()
    daniel.at_work()
    tab(priya.page, "Tasks")
    tab(daniel.page, "Tasks")
    priya.page.get_by_label("New task").fill("Section numbers follow amendment 4")
    priya.page.keyboard.press("Enter")
    expect(priya.page.get_by_label("New task")).to_have_value("")
    task = daniel.page.locator(".task")
    expect(task).to_contain_text("Section numbers")
    task.get_by_role("combobox").select_option(label="Daniel Okafor")
    expect(priya.page.locator(".task option:checked")).to_have_text("Daniel Okafor")
    task.get_by_role("checkbox").check()
    expect(priya.page.locator(".task")).to_contain_text("Done by Daniel Okafor")
    expect(priya.page.locator("#tab-tasks .pill")).to_be_hidden()
    priya.page.locator(".task").get_by_role("checkbox").uncheck()
    expect(daniel.page.locator("#tab-tasks .pill")).to_have_text("1")
