"""Files in the browser: a tree of them, uploading, renaming, deleting, downloading."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import FilePayload, Route, expect

from drafts.comments.services import create_comment
from drafts.services import revert_draft
from tests.browser.filing import TOPOLOGY, in_menu, item, rename
from tests.browser.people import Person, World
from tests.browser.test_accessible import violations


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
