"""Files in the browser: a tree of them, uploading, renaming, deleting, downloading."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from drafts.comments.services import create_comment
from drafts.services import change_files, revert_draft
from tests.browser.people import Person, World
from tests.browser.test_accessible import violations

TOPOLOGY = "files/topology.yaml"


def item(page: Page, name: str) -> Locator:
    return page.get_by_role("treeitem", name=name, exact=False).first


def in_menu(page: Page, action: str) -> Locator:
    page.get_by_role("button", name="More for this field").click()
    return page.locator(".menu:not([popover])").get_by_text(action)


def rename(page: Page, path: str) -> None:
    in_menu(page, "Rename or move…").click()
    page.get_by_role("dialog").get_by_label("Name and folder").fill(path)
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()


def add_files(world: World, *paths: str, text: str = "") -> None:
    """As the editor, in one version."""
    changes = {f"files/{path}": {"content": text or f"# {path}\n"} for path in paths}
    base = world.current().version_number
    world.arrange(
        lambda: change_files(
            caller=world.caller("editor"),
            project_id=world.project.id,
            session_id=None,
            base_version=base,
            changes=changes,
        )
    )


def test_a_renamed_file_keeps_its_writer_unsaved_text_and_comments(person: Callable[..., Person], world: World) -> None:
    world.arrange(
        lambda: create_comment(
            caller=world.caller("reviewer"),
            project_id=world.project.id,
            version=world.project.drafts.count(),
            target_field=TOPOLOGY,
            text="Which region?",
            anchor={"from_line": 1, "to_line": 1},
        )
    )
    mara, daniel = person("owner"), person("editor")
    page = mara.at_work(field=TOPOLOGY)
    daniel.at_work(field=TOPOLOGY)
    mara.write("# Mine\n")
    expect(daniel.line("# Mine")).to_be_visible()

    rename(page, "agents/graph.yaml")

    expect(mara.toast("Renamed to agents/graph.yaml · v13")).to_be_visible()
    expect(page.locator("h1")).to_have_text("graph.yaml")
    expect(page).to_have_url(re.compile("graph.yaml"))
    mara.expect_state("yours")
    expect(mara.line("# Mine")).to_be_visible()
    expect(daniel.page.locator("h1")).to_have_text("graph.yaml")
    daniel.expect_state("theirs")
    expect(item(daniel.page, "agents")).to_have_attribute("aria-expanded", "true")
    expect(daniel.page.locator(".thread")).to_contain_text(["Which region?"])

    page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v14")).to_be_visible()
    expect(daniel.line("# Mine")).to_be_visible()
    draft = world.current()
    assert TOPOLOGY not in draft.fields
    assert draft.changed_fields == ["files/agents/graph.yaml"]


def test_what_is_typed_before_the_editor_of_a_new_file_is_there_goes_into_it(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    page = mara.at_work()
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route(re.compile(r"[?&]new="), hold)
    page.get_by_role("button", name="New file").click()
    dialog = page.get_by_role("dialog", name="New file")
    dialog.get_by_label("Path").fill("notes/first.md")
    with page.expect_request(re.compile(r"[?&]new=")):
        dialog.get_by_role("button", name="Start writing").click()
    page.keyboard.type("Hello\nth", delay=20)
    waiting[0].continue_()
    expect(dialog).to_be_hidden()
    page.keyboard.type("ere", delay=20)
    expect(page.locator(".cm-line")).to_have_text(["Hello", "there"])
    page.unroute_all()
    page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v13")).to_be_visible()
    assert world.current().sha256_of("files/notes/first.md") == sha256(b"Hello\nthere").hexdigest()


def test_what_somebody_else_is_editing_is_neither_renamed_nor_deleted(
    person: Callable[..., Person], world: World
) -> None:
    mara, daniel = person("owner"), person("editor")
    page = mara.at_work(field=TOPOLOGY)
    daniel.at_work(field=TOPOLOGY)
    daniel.take()
    mara.expect_state("theirs")

    expect(in_menu(page, "Rename or move…")).to_be_hidden()
    expect(page.locator(".menu:not([popover])").get_by_text("Delete…")).to_be_hidden()
    page.keyboard.press("Escape")
    item(page, "topology.yaml").focus()
    page.keyboard.press("F2")
    expect(page.get_by_role("dialog")).to_have_count(0)
    # Taken while the dialog is open already, it is refused in words.
    item(page, "adverse_events.jsonl").click()
    in_menu(page, "Rename or move…").click()
    world.arrange(lambda: world.writer("editor").take("files/corpus/adverse_events.jsonl"))
    page.get_by_role("dialog").get_by_label("Name and folder").fill("corpus/events.jsonl")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page.get_by_role("alert").filter(has_text="Daniel Okafor is editing")).to_be_visible()
    expect(page.get_by_label("Name and folder")).to_have_value("corpus/events.jsonl")
    assert world.current().version_number == 12


def test_a_deleted_file_is_gone_for_everybody_and_comes_back_by_a_revert(
    person: Callable[..., Person], world: World
) -> None:
    mara, daniel = person("owner"), person("editor")
    page = mara.at_work(field=TOPOLOGY)
    daniel.at_work(field=TOPOLOGY)

    item(page, "topology.yaml").focus()
    page.keyboard.press("Delete")
    dialog = page.get_by_role("dialog", name="Delete topology.yaml?")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    dialog.get_by_role("button", name="Delete file").click()

    expect(mara.toast("Deleted topology.yaml · v13")).to_be_visible()
    for who in (mara, daniel):
        expect(item(who.page, "topology.yaml")).to_have_count(0)
        expect(who.page.locator("h1")).to_have_text("Prompt")
        expect(who.page).to_have_url(re.compile(r"[?&]field=prompt_text"))
    address = f"{world.address}?field={quote(TOPOLOGY, safe='')}"
    page.goto(address)
    bar = mara.bar("It was deleted in v13.")
    expect(bar).to_be_visible()
    bar.get_by_role("link", name="Show its last version").click()
    expect(page.locator("h1")).to_contain_text("topology.yaml")
    page.goto(address)
    bar.get_by_role("button", name="Close").click()
    expect(bar).to_be_hidden()
    mara.at_work()
    world.arrange(
        lambda: revert_draft(
            caller=world.caller("owner"), project_id=world.project.id, version=12, reason="Still needed"
        )
    )
    expect(item(mara.page, "topology.yaml")).to_be_visible()
    expect(item(daniel.page, "topology.yaml")).to_be_visible()


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


def test_files_are_uploaded_in_one_version_and_each_problem_stands_beside_its_file(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    page = mara.at_work()
    chosen: list[FilePayload] = [
        {"name": "guide.md", "mimeType": "text/markdown", "buffer": "# Für alle\r\n".encode()},
        {"name": "image.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\0"},
        {"name": "broken.json", "mimeType": "application/json", "buffer": b"{"},
        {"name": "topology.yaml", "mimeType": "text/yaml", "buffer": b"agents: []\n"},
    ]
    page.get_by_label("Files to upload").set_input_files(chosen)
    dialog = page.get_by_role("dialog", name="Upload files")
    rows = dialog.get_by_role("listitem")
    row = {name: rows.filter(has_text=name) for name in ("guide.md", "image.png", "broken.json", "topology.yaml")}
    expect(row["guide.md"]).to_contain_text("New")
    expect(rows.first).to_contain_text("image.png")
    expect(row["image.png"]).to_contain_text("Not a text in UTF-8")
    expect(row["topology.yaml"]).to_contain_text("Exists already")
    assert violations(page) == []
    row["topology.yaml"].get_by_label("Replace").check()
    dialog.get_by_role("button", name="Upload 3 files as v13").click()
    expect(row["broken.json"]).to_contain_text("Invalid JSON")
    assert world.current().version_number == 12
    dialog.get_by_role("button", name="Upload 2 files as v13").click()

    expect(mara.toast("Uploaded 2 files · v13")).to_be_visible()
    expect(item(page, "guide.md")).to_be_visible()
    draft = world.current()
    assert draft.changed_fields == ["files/guide.md", "files/topology.yaml"]
    item(page, "topology.yaml").click()
    expect(mara.line("agents: []")).to_be_visible()


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


def test_one_file_and_all_of_them_are_downloaded(person: Callable[..., Person], tmp_path: Path) -> None:
    mara = person("reviewer")
    page = mara.at_work(field=TOPOLOGY)
    with page.expect_download() as one:
        in_menu(page, "Download").click()
    assert one.value.suggested_filename == "topology.yaml"
    with page.expect_download() as every:
        page.get_by_role("link", name="Download all as a zip").click()
    every.value.save_as(tmp_path / "all.zip")
    names = zipfile.ZipFile(tmp_path / "all.zip").namelist()
    assert "prompt_text.md" in names
    assert "files/topology.yaml" in names
