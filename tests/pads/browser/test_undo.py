"""Undo and redo of one's own changes, also after the document was renewed."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from stages.pads.models import Pad
from stages.pads.services import renew_pad
from tests.pads.browser.conftest import Pads, PadWindow


def renew(pads: Pads, pad: Pad, *windows: PadWindow) -> None:
    """The server replaces the document, and the windows show the new one."""
    epoch = pads.world.arrange(lambda: Pad.objects.get(pk=pad.id).epoch)
    assert pads.world.arrange(lambda: renew_pad(pad_id=pad.id, epoch=epoch, why="size"))
    for window in windows:
        note = window.page.locator(".toast-note").filter(has_text="renewed")
        expect(note.last).to_be_visible()


def test_what_was_typed_before_a_renewal_is_undone_and_redone_after_it(
    pads: Pads, open_pad: Callable[..., PadWindow]
) -> None:
    pad = pads.make()
    mara, daniel = open_pad("owner", pad), open_pad("editor", pad)
    mara.write("one ")
    daniel.expect_text("one ")
    daniel.write("two ")
    mara.expect_text("one two ")
    renew(pads, pad, mara, daniel)
    daniel.write("three ")
    mara.expect_text("one two three ")
    mara.write("four")
    mara.page.keyboard.press("ControlOrMeta+z")
    mara.expect_text("one two three ")
    # From here on it is of the document before.
    mara.page.keyboard.press("ControlOrMeta+z")
    for window in (mara, daniel):
        window.expect_text("two three ")
    mara.page.keyboard.press("ControlOrMeta+z")
    mara.page.keyboard.press("ControlOrMeta+y")
    for window in (mara, daniel):
        window.expect_text("one two three ")
    mara.page.keyboard.press("ControlOrMeta+y")
    daniel.expect_text("one two three four")
    # Through two renewals, and only what is one's own.
    renew(pads, pad, mara, daniel)
    for _ in range(4):
        mara.page.keyboard.press("ControlOrMeta+z")
    for window in (mara, daniel):
        window.expect_text("two three ")
    expect(mara.kept).to_contain_text("All kept")
    pads.until(pad, "two three ")
