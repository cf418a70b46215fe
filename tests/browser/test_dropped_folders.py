"""A folder of the machine is dropped onto the list of fields, as an operating system does it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Error, Locator, Page, expect

from tests.browser.people import Person, World

# The browser now and then loses the drop that a debugger sends, once in twenty times on a busy machine, although the
# page has taken what was over it: then it is let go once more.
LOST = 5_000
TRIES = 5


def drop(page: Page, onto: Locator, path: Path) -> None:
    """Drag `path` over an element and let it go, by the browser's own events: the page gets real directory entries."""
    box = onto.bounding_box()
    assert box is not None
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    devtools = page.context.new_cdp_session(page)
    page.evaluate("() => addEventListener('drop', () => { globalThis.isDropped = true; }, { capture: true })")
    for _ in range(TRIES):
        for step in ("dragEnter", "dragOver", "drop"):
            devtools.send("Input.dispatchDragEvent", {"type": step, **place, "data": data})
        with suppress(Error):
            page.wait_for_function("globalThis.isDropped", timeout=LOST)
            return
    raise AssertionError("The browser let nothing go over the page.")


def drop_by_script(page: Page, *names: str, onto: str = ".ws-left") -> None:
    """Files without a place on the disk, as other programs hand them over."""
    page.evaluate(
        """([names, onto]) => {
          const dataTransfer = new DataTransfer();
          for (const name of names) dataTransfer.items.add(new File(["# text\\n"], name));
          const place = document.querySelector(onto);
          const how = { bubbles: true, cancelable: true, dataTransfer };
          place.dispatchEvent(new DragEvent("dragover", how));
          place.dispatchEvent(new DragEvent("drop", how));
        }""",
        [list(names), onto],
    )


def test_a_file_dropped_onto_the_text_is_uploaded_and_does_not_become_a_part_of_it(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    page = mara.at_work()
    drop_by_script(page, "a.md", onto=".cm-line")
    dialog = page.get_by_role("dialog", name="Upload files")
    expect(dialog).to_contain_text("a.md")
    mara.expect_state("free")
    expect(mara.text).not_to_contain_text("# text")
    dialog.get_by_role("button", name="Cancel").click()
    # Beside everything that takes files the browser would open it in place of the page.
    is_taken = """() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["x"], "a.md"));
      const event = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer });
      document.querySelector(".topbar").dispatchEvent(event);
      return event.defaultPrevented;
    }"""
    assert page.evaluate(is_taken)
    expect(dialog).to_be_hidden()


def test_files_that_another_program_hands_over_are_uploaded(person: Callable[..., Person], world: World) -> None:
    page = person("editor").at_work()
    drop_by_script(page, "a.md", "b.md")
    dialog = page.get_by_role("dialog", name="Upload files")
    dialog.get_by_role("button", name="Upload 2 files as v13").click()
    expect(dialog).to_be_hidden()
    world.until(lambda: world.project.drafts.count() == 13)
    assert {"files/a.md", "files/b.md"} <= world.current().fields.keys()


def test_an_empty_folder_is_said_to_be_empty(person: Callable[..., Person], tmp_path: Path) -> None:
    who = person("editor")
    page = who.at_work()
    empty = tmp_path / "corpus"
    empty.mkdir()
    drop(page, page.locator(".ws-left"), empty)
    expect(who.toast("There are no files in it.")).to_be_visible()


def test_a_dropped_folder_is_uploaded_with_all_that_is_in_it(
    person: Callable[..., Person], world: World, tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus"
    (corpus / "inner" / "deep").mkdir(parents=True)
    (corpus / "a.md").write_text("# a\n", encoding="utf-8")
    (corpus / "inner" / "deep" / "b.txt").write_text("b\n", encoding="utf-8")
    (corpus / "inner" / "picture.dat").write_bytes(b"\xff\xfe\x00")
    page = person("editor").at_work()

    drop(page, page.locator(".ws-left"), corpus)

    dialog = page.get_by_role("dialog", name="Upload files")
    expect(dialog).to_contain_text("Not a text in UTF-8.")
    dialog.get_by_role("button", name="Upload 2 files as v13").click()
    expect(dialog).to_be_hidden()
    world.until(lambda: world.project.drafts.count() == 13)
    assert {"files/corpus/a.md", "files/corpus/inner/deep/b.txt"} <= world.current().fields.keys()
    assert "files/corpus/inner/picture.dat" not in world.current().fields
