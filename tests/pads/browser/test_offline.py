"""What is typed in a pad without a line: merged, kept over a reload and a crash, typed anew into a renewed document."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from stages.pads.services import renew_pad
from tests.browser.people import World
from tests.pads.browser.conftest import NO_LINE, Pads, PadWindow

Open = Callable[..., PadWindow]

# Until this browser keeps a text.
KEPT_TEXT = """text => new Promise((resolve) => {
    const look = () => {
        const opening = indexedDB.open("foundry.pads", 1);
        opening.onsuccess = () => {
            const asking = opening.result.transaction("texts").objectStore("texts").getAll();
            asking.onsuccess = () => {
                opening.result.close();
                if (asking.result.some((one) => one.own === text)) resolve();
                else setTimeout(look, 100);
            };
        };
    };
    look();
})"""


def test_what_is_typed_offline_is_merged(pads: Pads, open_pad: Open) -> None:
    pad = pads.make()
    daniel, mara = open_pad("editor", pad), open_pad("owner", pad)
    mara.write("top\nbelow\n")
    daniel.expect_text("top\nbelow\n")
    daniel.window.expected.append(NO_LINE)
    daniel.offline(True)
    expect(daniel.kept).to_contain_text("Offline: keep writing")
    daniel.write("offline ", at="Home")
    mara.page.keyboard.press("ArrowUp")
    mara.page.keyboard.press("ControlOrMeta+Shift+k")
    mara.write("end")
    pads.until(pad, "top\nend")
    expect(daniel.kept).to_contain_text("8 changes on their way")
    daniel.offline(False)
    for window in (daniel, mara):
        window.expect_text("offline top\nend")
    expect(daniel.kept).to_contain_text("All kept")
    assert pads.text(pad) == "offline top\nend"


def test_unsent_text_survives_a_crash(pads: Pads, open_pad: Open, world: World) -> None:
    pad = pads.make()
    daniel = open_pad("editor", pad)
    daniel.write("kept ")
    pads.until(pad, "kept ")
    daniel.window.expected.append(NO_LINE)
    daniel.offline(True)
    expect(daniel.kept).to_contain_text("Offline")
    daniel.write("unsent")
    expect(daniel.kept).to_contain_text("6 changes on their way")
    # The page ends without a word, and the browser forgets what belonged to its tab.
    daniel.page.evaluate("sessionStorage.clear()")
    path = f"/projects/{world.project.id}/pads/{pad.id}/"
    daniel.page.close(run_before_unload=False)
    daniel.offline(False)
    tab = daniel.window.another_tab(path)
    expect(tab.locator(".toast-note", has_text="Your unsent text")).to_be_visible()
    expect(tab.locator(".cm-content")).to_have_text("kept unsent")
    pads.until(pad, "kept unsent")


def test_unsent_text_survives_a_reload(pads: Pads, open_pad: Open) -> None:
    pad = pads.make()
    daniel = open_pad("editor", pad)
    daniel.window.expected.append(NO_LINE)
    daniel.write("kept ")
    pads.until(pad, "kept ")
    daniel.page.once("dialog", lambda dialog: dialog.accept())
    daniel.offline(True)
    expect(daniel.kept).to_contain_text("Offline")
    daniel.write("unsent")
    daniel.offline(False)
    daniel.page.reload()
    pads.until(pad, "kept unsent")


def test_a_renewed_document_gets_what_was_typed_offline(pads: Pads, open_pad: Open, world: World) -> None:
    pad = pads.make()
    daniel, mara = open_pad("editor", pad), open_pad("owner", pad)
    mara.write("top\nbelow\n")
    daniel.expect_text("top\nbelow\n")
    daniel.window.expected.append(NO_LINE)
    daniel.offline(True)
    expect(daniel.kept).to_contain_text("Offline")
    daniel.write("offline ", at="Home")
    world.arrange(lambda: renew_pad(pad_id=pad.id, epoch=1, why="size"))
    mara.write("end")
    pads.until(pad, "top\nbelow\nend")
    daniel.offline(False)
    for window in (daniel, mara):
        window.expect_text("offline top\nbelow\nend")
    pads.until(pad, "offline top\nbelow\nend")
    expect(daniel.page.locator(".toast-note", has_text="renewed")).to_be_visible()
    daniel.write(" and on")
    mara.expect_text("offline top\nbelow\nend and on")


def test_unsent_text_meets_a_renewed_document_after_a_crash(pads: Pads, open_pad: Open, world: World) -> None:
    pad = pads.make()
    daniel = open_pad("editor", pad)
    daniel.write("kept\n")
    pads.until(pad, "kept\n")
    daniel.window.expected.append(NO_LINE)
    daniel.offline(True)
    expect(daniel.kept).to_contain_text("Offline")
    daniel.write("unsent")
    daniel.page.evaluate(KEPT_TEXT, "kept\nunsent")
    daniel.page.evaluate("sessionStorage.clear()")
    daniel.page.close(run_before_unload=False)
    world.arrange(lambda: renew_pad(pad_id=pad.id, epoch=1, why="size"))
    daniel.offline(False)
    tab = daniel.window.another_tab(f"/projects/{world.project.id}/pads/{pad.id}/")
    PadWindow(tab, daniel.window).expect_text("kept\nunsent")
    pads.until(pad, "kept\nunsent")
