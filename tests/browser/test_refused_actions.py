"""What cannot work is not offered, or says why."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from projects.services import archive_project
from publishing.services import submit_release
from tests.browser.people import Person, World


def test_typing_where_somebody_else_writes_says_who(person: Callable[..., Person]) -> None:
    mara, daniel = person("owner"), person("editor")
    daniel.at_work()
    mara.at_work()
    daniel.take()
    mara.expect_state("theirs")
    mara.text.focus()
    mara.page.keyboard.type("abc")
    refused = mara.toast("Daniel Okafor is editing Prompt. Ask for the field to edit it.")
    expect(refused).to_have_count(1)
    first = refused.element_handle()
    mara.page.keyboard.press("ControlOrMeta+s")
    # Announced again, and shown once.
    mara.page.wait_for_function("note => !note.isConnected", arg=first)
    expect(refused).to_have_count(1)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("in_review", "The project is in review. Editing starts again when the release is withdrawn or rejected."),
        ("archived", "The project is archived. An owner can reopen it."),
    ],
)
def test_a_project_that_is_not_open_says_so(
    person: Callable[..., Person], world: World, status: str, words: str
) -> None:
    def close() -> None:
        if status == "archived":
            archive_project(caller=world.caller("owner"), project_id=world.project.id)
        else:
            submit_release(caller=world.caller("owner"), project_id=world.project.id, name="1.0", version=12)

    world.arrange(close)
    mara = person("owner")
    page = mara.at_work()
    mara.text.focus()
    page.keyboard.type("a")
    expect(mara.toast(words)).to_be_visible()
    page.keyboard.press("ControlOrMeta+Alt+u")
    expect(mara.toast("You are not editing Prompt.")).to_be_visible()


def test_a_reader_is_told_that_they_only_read(person: Callable[..., Person]) -> None:
    priya = person("reviewer")
    priya.at_work()
    priya.text.focus()
    priya.page.keyboard.press("Backspace")
    expect(priya.toast("Your role in this project is to read, not to edit.")).to_be_visible()


def test_saving_says_why_there_is_no_version(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.at_work("model_configuration")
    mara.text.focus()
    page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Nothing to save.").locator("use").first).to_have_attribute("href", "#icon-info")
    mara.text.click()
    page.keyboard.press("ControlOrMeta+Home")
    page.keyboard.type("x")
    mara.expect_state("yours")
    page.keyboard.press("ControlOrMeta+s")
    failed = mara.page.get_by_role("alert").filter(has_text="Model configuration is not saved. Line 1:")
    expect(failed).to_be_visible()
    expect(failed.locator("use").first).to_have_attribute("href", "#icon-circle-alert")
    assert world.current().version_number == 12
    page.keyboard.press("Backspace")
    page.keyboard.type(" ")
    page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v13")).to_be_visible()
    # At once, and not only when its time is over.
    assert failed.count() == 0


def test_a_message_is_asked_for_only_where_there_is_something_to_save(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.take()
    page.keyboard.press("ControlOrMeta+k")
    page.locator("#palette-question").fill("Save with a message")
    page.locator(".palette-row", has_text="Save with a message…").click()
    expect(mara.toast("Nothing to save.")).to_be_visible()
    expect(page.locator("#save-dialog")).to_be_hidden()
    mara.write("Now there is. ")
    page.get_by_role("button", name="Save with a message…").first.click()
    dialog = page.get_by_role("dialog", name="Save as v13")
    dialog.get_by_role("checkbox", name="Prompt").uncheck()
    expect(dialog.get_by_role("button", name="Save as v13")).to_be_disabled()
    dialog.get_by_role("checkbox", name="Prompt").check()
    dialog.get_by_role("button", name="Save as v13").click()
    expect(mara.toast("Saved as v13")).to_be_visible()


def test_a_bar_does_not_move_the_line_that_is_written(person: Callable[..., Person], world: World) -> None:
    mara, daniel = person("owner"), person("editor")
    page = mara.at_work()
    daniel.at_work()
    mara.text.click()
    page.keyboard.press("ControlOrMeta+Home")
    for _line in range(8):
        page.keyboard.press("ArrowDown")
    page.keyboard.type("Here")
    mara.expect_state("yours")
    line = mara.line("Here")
    before = line.bounding_box()
    daniel.page.get_by_role("button", name="Ask for this field").click()
    daniel.page.get_by_role("dialog").get_by_role("button", name="Ask", exact=True).click()
    bar = mara.bar("Daniel Okafor wants to edit Prompt.")
    expect(bar).to_be_visible()
    assert line.bounding_box() == before
    mara.text.focus()
    daniel.page.get_by_role("button", name="Withdraw").click()
    expect(bar).to_be_hidden()
    assert line.bounding_box() == before
