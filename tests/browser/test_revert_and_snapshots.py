"""Revert, undo and redo, versions and moments, searching: in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from drafts.services import change_files
from tests.browser.people import Person, World


def test_a_version_is_reverted_with_a_reason(person: Callable[..., Person]) -> None:
    mara, daniel = person("owner"), person("editor")
    mara.expected.append("status of 400")
    daniel.at_work()
    page = mara.open("history/")
    page.get_by_role("button", name="Revert… to v11").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("Revert to v11?")
    dialog.get_by_label("Reason").fill(" ")
    dialog.get_by_role("button", name="Revert as v13").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Reason").fill("The sample lost its citations")
    dialog.get_by_role("button", name="Revert as v13").click()
    expect(mara.toast("Reverted to v11 (now v13).")).to_be_visible()
    expect(page.locator(".version-row").first).to_contain_text("Revert to v11")
    expect(daniel.toast("saved v13")).to_be_visible()


def test_a_change_is_undone_and_redone_beside_the_editor(person: Callable[..., Person]) -> None:
    daniel = person("editor")
    page = daniel.at_work()
    daniel.write("A first line of mine. ")
    page.keyboard.press("ControlOrMeta+s")
    expect(daniel.toast("Saved as v13")).to_be_visible()
    page.get_by_role("button", name="Stop editing").click()
    page.get_by_role("tab", name="History").click()
    page.get_by_role("button", name="Undo…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("Undo v13?")
    dialog.get_by_role("button", name="Undo").click()
    expect(daniel.toast("v14 undoes v13.")).to_be_visible()
    expect(daniel.text).not_to_contain_text("A first line of mine.")
    page.get_by_role("button", name="Redo…").click()
    page.get_by_role("dialog").get_by_role("button", name="Redo").click()
    expect(daniel.toast("v15 redoes v13.")).to_be_visible()
    expect(daniel.text).to_contain_text("A first line of mine.")


def test_an_undo_that_others_block_says_who(person: Callable[..., Person]) -> None:
    daniel, mara = person("editor"), person("owner")
    daniel.at_work()
    daniel.write("Mine. ")
    daniel.page.keyboard.press("ControlOrMeta+s")
    expect(daniel.toast("Saved as v13")).to_be_visible()
    daniel.page.get_by_role("button", name="Stop editing").click()
    mara.at_work()
    mara.write("Over it. ")
    mara.page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v14")).to_be_visible()
    page = daniel.open("history/")
    page.get_by_role("button", name="Undo…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Mara Lindqvist edited it in v14")
    expect(dialog.get_by_role("button", name="Undo")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_version_is_looked_at_and_left_again(person: Callable[..., Person]) -> None:
    priya = person("reviewer")
    page = priya.open("history/")
    page.get_by_role("link", name="Open v2", exact=True).click()
    expect(page.locator(".past-bar")).to_contain_text("Viewing v2")
    page.get_by_role("link", name="Changes", exact=True).click()
    expect(page.locator(".compare-sheet")).to_be_visible()
    page.get_by_role("link", name="v3").click()
    page.go_back()
    expect(page.locator(".past-bar")).to_contain_text("Viewing v2")
    page.get_by_role("link", name="Back to now").click()
    expect(page.locator(".ws")).to_be_visible()


def test_a_line_is_searched_and_opened_where_it_stands(person: Callable[..., Person]) -> None:
    priya = person("reviewer")
    page = priya.at_work()
    page.get_by_role("button", name="Search or jump to").click()
    page.get_by_role("combobox", name="Search or jump to").fill("paraphrase")
    page.get_by_role("option", name="Search all versions and comments for").click()
    expect(page).to_have_url(re.compile(r"search/\?q=paraphrase"))
    page.locator(".hit", has_text="current").first.click()
    expect(page.locator(".cm-activeLine")).to_contain_text("paraphrase")


def test_older_versions_are_appended_and_picks_stay_with_their_distance(
    person: Callable[..., Person], world: World
) -> None:
    def save_more() -> None:
        writer = world.writer("editor")
        for base in range(12, 40):
            text = {"content": f"{base}\n"}
            change_files(
                caller=writer.caller,
                project_id=world.project.id,
                session_id=writer.session,
                base_version=base,
                changes={"files/note.md": text},
            )

    world.arrange(save_more)
    page = person("owner").open("history/")
    for version in (40, 38):
        page.locator(f"[data-picks-target=box][value='{version}']").check()
    bar = page.locator(".pick-bar")
    expect(bar).to_contain_text("1 of 5 fields differs")
    page.get_by_role("link", name="Older versions").click()
    expect(page.locator("[data-picks-target=box]")).to_have_count(40)
    expect(bar).to_contain_text("1 of 5 fields differs")
    page.locator("[data-picks-target=box][value='1']").check()
    expect(bar).to_contain_text("v1")
    expect(bar).to_contain_text("fields differ,")
    expect(page).to_have_url(re.compile(r"rows=60&pick=38&pick=1$"))
    page.reload()
    expect(bar).to_contain_text("fields differ,")


@pytest.mark.parametrize("size", [(1280, 800), (820, 800), (390, 844)])
def test_the_chosen_file_of_an_old_version_is_in_sight_among_many(
    person: Callable[..., Person], world: World, size: tuple[int, int]
) -> None:
    names = [f"files/notes/{number:03}.md" for number in range(60)]

    def upload() -> None:
        changes = {name: {"content": "x\n"} for name in names}
        project = world.project.id
        change_files(
            caller=world.caller("editor"), project_id=project, session_id=None, base_version=12, changes=changes
        )

    world.arrange(upload)
    page = person("owner", size=size).open(f"versions/13/?field={names[45]}")

    chosen = page.locator(".past-left [aria-current=true]")
    expect(chosen).to_be_in_viewport(ratio=1)
    # Its list scrolls for itself, and the text begins beside or below it.
    expect(page.locator(".past-centre h1")).to_be_in_viewport(ratio=1)
