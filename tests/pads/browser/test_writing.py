"""Several people write in one pad at once."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.pads.browser.conftest import Pads, PadWindow

Open = Callable[..., PadWindow]


def test_two_people_type_at_once(pads: Pads, open_pad: Open) -> None:
    pad = pads.make()
    daniel, mara = open_pad("editor", pad), open_pad("owner", pad)
    daniel.write("one ")
    mara.expect_text("one ")
    mara.write("two ")
    daniel.expect_text("one two ")
    for window in (daniel, mara):
        expect(window.kept).to_contain_text("All kept ·")
    assert pads.text(pad) == "one two "
