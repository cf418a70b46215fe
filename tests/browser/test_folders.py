"""Folders and many files at once: renamed, deleted, uploaded; a tree that is walked and filtered."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.filing import add_files, item
from tests.browser.people import Person, World
from tests.browser.test_accessible import violations


def test_a_folder_is_renamed_in_one_version_with_the_locks_and_unsaved_texts_in_it(
    person: Callable[..., Person], world: World
) -> None:
    add_files(world, "corpus/a/one.md", "corpus/a/two.md")
    mara, daniel = person("owner"), person("editor")
    page = mara.at_work(field="files/corpus/a/one.md")
    daniel.at_work(field="files/corpus/a/two.md")
    mara.write("# Mine\n")

    item(page, "corpus").focus()
    page.keyboard.press("F2")
    dialog = page.get_by_role("dialog", name="Rename the folder corpus")
    expect(dialog).to_contain_text("3 files move together in v14")
    assert violations(page) == []
    dialog.get_by_label("Name and folder").fill("sources/2026/")
    dialog.get_by_role("button", name="Rename").click()

    expect(mara.toast("Renamed to sources/2026 · v14")).to_be_visible()
    expect(page.locator(".toast-folder")).to_have_text("sources/")
    expect(page).to_have_url(re.compile("sources%2F2026%2Fa%2Fone.md"))
    mara.expect_state("yours")
    expect(mara.line("# Mine")).to_be_visible()
    expect(item(daniel.page, "sources/2026")).to_be_visible()
    assert {name for name in world.current().fields if "corpus" in name} == set()
    # What somebody else is editing keeps the whole folder where it is, and the dialog says so.
    item(daniel.page, "sources/2026").click(button="right")
    daniel.page.locator(".folder-menu").get_by_text("Delete…").click()
    held = daniel.page.get_by_role("dialog", name="Delete the folder sources/2026?")
    expect(held.get_by_role("alert")).to_contain_text("Mara Lindqvist is editing sources/2026/a/one.md")
    expect(held.get_by_role("button", name="Delete 3 files")).to_be_disabled()


def test_a_folder_is_deleted_in_one_version(person: Callable[..., Person], world: World) -> None:
    add_files(world, "corpus/a/one.md", "corpus/a/two.md")
    mara = person("owner")
    page = mara.at_work()
    item(page, "corpus").hover()
    page.get_by_role("button", name="More for the folder corpus", exact=True).click()
    expect(page.locator(".folder-menu button").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Delete 3 files").click()

    expect(mara.toast("Deleted corpus, 3 files · v14")).to_be_visible()
    expect(item(page, "corpus")).to_have_count(0)
    assert [name for name in world.current().fields if "corpus" in name] == []


def test_a_folder_is_uploaded_and_what_is_too_much_for_one_version_becomes_several(
    person: Callable[..., Person], world: World, tmp_path: Path
) -> None:
    folder = tmp_path / "protocol"
    (folder / "parts").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("[core]\n")
    for number in range(1, 10):
        (folder / "parts" / f"part-{number}.txt").write_text("x" * 999_999)
    mara = person("owner")
    page = mara.at_work()
    page.get_by_label("Folder to upload").set_input_files(folder)
    dialog = page.get_by_role("dialog", name="Upload files")
    expect(dialog).to_contain_text("One upload takes at most 7 MiB, so these files become 2 versions.")
    expect(dialog).to_contain_text("1 file or folder whose name begins with a full stop is left out.")
    dialog.get_by_label("Folder").fill("corpus")
    dialog.get_by_role("button", name="Upload 9 files as v13–v14").click()

    expect(mara.toast("Uploaded 9 files · v13–v14")).to_be_visible(timeout=20_000)
    assert "files/corpus/protocol/parts/part-9.txt" in world.current().fields
    assert world.current().version_number == 14


def test_more_files_than_a_project_can_have_are_refused_before_they_are_sent(
    person: Callable[..., Person], world: World, tmp_path: Path
) -> None:
    for number in range(499):
        (tmp_path / f"case-{number}.md").write_text(f"{number}\n")
    page = person("owner").at_work()
    page.get_by_label("Folder to upload").set_input_files(tmp_path)
    dialog = page.get_by_role("dialog", name="Upload files")
    words = "A project can have at most 500 files. It has 2, so this is 1 too many."
    expect(dialog.get_by_role("alert").filter(has_text=words)).to_be_visible()
    expect(dialog.get_by_role("button", name="Upload 499 files as v13")).to_be_disabled()
    assert world.current().version_number == 12


def test_the_tree_is_walked_by_key_and_remembers_what_is_folded(person: Callable[..., Person], world: World) -> None:
    add_files(world, "corpus/a/one.md", "corpus/a/two.md", "corpus/b/three.md", "notes.md")
    mara = person("owner")
    page = mara.at_work()
    item(page, "Prompt").focus()
    for key, label in (
        ("ArrowDown", "Model configuration"),
        ("ArrowDown", "corpus"),
        ("ArrowRight", "a"),
        ("ArrowDown", "one.md"),
        ("ArrowLeft", "a"),
    ):
        page.keyboard.press(key)
        expect(page.locator("[role=treeitem]:focus .field-name")).to_have_text(label)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[role=treeitem]:focus")).to_have_attribute("aria-expanded", "false")
    expect(item(page, "one.md")).to_be_hidden()
    page.keyboard.press("n")
    expect(page.locator("[role=treeitem]:focus .field-name")).to_have_text("notes.md")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("notes.md")
    mara.at_work(field="files/corpus/b/three.md")
    expect(item(page, "three.md")).to_be_visible()
    expect(item(page, "one.md")).to_be_hidden()
    assert violations(page) == []


def test_many_files_are_filtered_and_the_open_one_is_in_sight(person: Callable[..., Person], world: World) -> None:
    add_files(world, *(f"corpus/{folder:02}/case-{number:02}.md" for folder in range(10) for number in range(20)))
    mara = person("owner")
    page = mara.at_work(field="files/corpus/09/case-19.md")
    row = page.locator("[role=treeitem][aria-current=true]")
    expect(row).to_be_in_viewport()
    page.get_by_label("Filter files").fill("03/case-1")
    expect(page.locator("[role=treeitem]:not([hidden])")).to_have_count(12)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("case-19.md")
    page.get_by_label("Filter files").fill("nothing like it")
    expect(page.get_by_text("No matching files.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[role=treeitem][aria-current=true]")).to_be_in_viewport()
