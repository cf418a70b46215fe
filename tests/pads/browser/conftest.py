"""Pads of the demo's project, written in by people with windows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from stages.pads.loading import read_text
from stages.pads.models import Pad
from stages.pads.services import create_pad
from tests.browser.conftest import (  # noqa: F401 (fixtures)
    arrange,
    chromium,
    person,
    pictures,
    whole_pages,
    world,
)
from tests.browser.people import Person, World

# What a browser says of a line that a test takes away.
NO_LINE = "ERR_INTERNET_DISCONNECTED|WebSocket connection|htmx:|Failed to load resource"
# The text as the editor of a page has it.
SHOWN = "document.querySelector('.cm-content').cmTile.view.state.doc.toString()"
TEXT = "# Decided\nRestart one dose level lower.\n\n# Open questions\nWho asks the monitor?\n"


class Pads:
    """Pads of the project, and what is in them."""

    def __init__(self, world: World) -> None:  # noqa: F811
        self.world = world

    def make(self, by: str = "editor", **facts: Any) -> Pad:
        """A pad, empty unless it begins with a field."""
        caller = self.world.caller(by)
        given = {"project_id": self.world.project.id, "name": "Exclusion criteria", "language": "markdown", **facts}
        made: Pad = self.world.arrange(lambda: create_pad(caller=caller, **given))
        return made

    def text(self, pad: Pad) -> str:
        """The text now, as the log says."""
        found: str = self.world.arrange(lambda: read_text(pad.id).text)
        return found

    def until(self, pad: Pad, text: str) -> None:
        """Wait until the server has this text."""
        self.world.until(lambda: read_text(pad.id).text == text)


class PadWindow:
    """A pad in somebody's window."""

    def __init__(self, page: Page, window: Person) -> None:
        self.page, self.window = page, window
        expect(page.locator(".pad-page[data-line=live] .cm-content")).to_be_visible()

    @property
    def text(self) -> Locator:
        return self.page.locator(".cm-content")

    @property
    def kept(self) -> Locator:
        return self.page.locator("[data-pad-foot-target=kept]")

    def write(self, words: str, *, at: str = "End") -> None:
        """Type at the end of the text, or at its beginning."""
        self.text.focus()
        self.page.keyboard.press(f"ControlOrMeta+{at}")
        self.page.keyboard.type(words)

    def shown(self) -> str:
        """The text as the editor has it."""
        found: str = self.page.evaluate(SHOWN)
        return found

    def expect_text(self, text: str) -> None:
        """Wait until the editor has this text."""
        self.page.wait_for_function(f"text => {SHOWN} === text", arg=text)

    def offline(self, is_offline: bool) -> None:
        """Take the line away, or give it back."""
        self.page.context.set_offline(is_offline)


@pytest.fixture
def pads(world: World) -> Pads:  # noqa: F811
    return Pads(world)


@pytest.fixture
def open_pad(person: Callable[..., Person]) -> Callable[..., PadWindow]:  # noqa: F811
    """Open a pad in a new window of somebody's."""

    def opened(name: str, pad: Pad, **options: Any) -> PadWindow:
        window = person(name, **options)
        return PadWindow(window.open(f"pads/{pad.id}/"), window)

    return opened
