"""The history of a pad while others write on: what is newer, what was promoted, and what one does with a moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from stages.pads.models import Pad
from tests.browser.people import Person, World
from tests.pads.browser.conftest import Pads, PadWindow
from tests.pads.browser.test_history import open_history, revision

Open = Callable[..., PadWindow]


@pytest.fixture
def pad(pads: Pads) -> Pad:
    """A pad for the prompt that began with it."""
    return pads.make(target_field="prompt_text", start="field")


def test_newer_changes_are_counted_and_shown(
    person: Callable[..., Person], open_pad: Open, pads: Pads, pad: Pad
) -> None:
    page = open_history(person("reviewer"), pad)
    revision(page, 1)
    newer = page.locator("#pad-newer")
    expect(newer).to_be_hidden()
    daniel = open_pad("editor", pad)
    daniel.text.focus()
    daniel.page.keyboard.insert_text("Ask twice. ")
    expect(newer).to_have_text("1 newer change")
    daniel.page.keyboard.insert_text("Look it up. ")
    expect(newer).to_have_text("2 newer changes")
    revision(page, 1)
    newer.click()
    revision(page, 3)
    expect(newer).to_be_hidden()
    expect(page.locator("#pad-past-text")).to_contain_text("Ask twice. Look it up.")
    # Whoever writes on after that is counted from there.
    daniel.page.keyboard.insert_text("And on. ")
    expect(newer).to_have_text("1 newer change")


def test_a_pad_without_history_gets_one(person: Callable[..., Person], open_pad: Open, pads: Pads) -> None:
    empty = pads.make()
    page = person("reviewer").open(f"pads/{empty.id}/history/")
    expect(page.get_by_text("Nobody has written in this pad yet")).to_be_visible()
    open_pad("editor", empty).write("First")
    expect(page.locator("#pad-past-text")).to_contain_text("F")


def test_a_moment_is_compared_with_the_field_and_promoted(
    person: Callable[..., Person], open_pad: Open, pads: Pads, pad: Pad, world: World
) -> None:
    before = world.current()
    daniel = open_pad("editor", pad)
    daniel.text.focus()
    daniel.page.keyboard.insert_text("Ask twice. ")
    daniel.page.keyboard.insert_text("Not this. ")
    pads.until(pad, "Ask twice. Not this. " + (before.prompt_text or ""))
    page = open_history(daniel.window, pad, "?at=2")
    page.get_by_role("link", name="Compare with Prompt").click()
    expect(page.locator(".past-lines ins")).to_have_text(["Ask twice."])
    expect(page.get_by_text(f"Compared with Prompt in v{before.version_number}")).to_be_visible()
    page.keyboard.press("Shift+ArrowLeft")
    revision(page, 1)
    expect(page.get_by_text(f"Prompt says the same in v{before.version_number}")).to_be_visible()
    page.keyboard.press("Shift+ArrowRight")
    revision(page, 2)
    page.get_by_role("link", name="Promote this…").click()
    dialog = page.locator("#promote-dialog")
    expect(dialog).to_contain_text("From revision 2.")
    dialog.get_by_role("button", name=f"Promote as v{before.version_number + 1}").click()
    expect(dialog).to_be_hidden()
    assert world.current().prompt_text == "Ask twice. " + (before.prompt_text or "")
    assert "promote=" not in page.url
    page.reload()
    expect(page.locator(".pad-page[data-line=live]")).to_be_visible()
    expect(dialog).to_have_count(0)


def test_what_was_promoted_is_marked_as_it_happens(
    person: Callable[..., Person], open_pad: Open, pads: Pads, pad: Pad, world: World
) -> None:
    daniel = open_pad("editor", pad)
    daniel.write("Ask twice.")
    expect(daniel.kept).to_contain_text("All kept")
    page = open_history(person("reviewer"), pad)
    expect(page.locator(".ruler-promoted")).to_have_count(0)
    version = world.current().version_number + 1
    daniel.page.get_by_role("button", name="Promote…").click()
    daniel.page.locator("#promote-dialog .btn-primary").click()
    expect(page.locator(".ruler-promoted")).to_have_count(1)
    expect(page.locator("#pad-ruler")).to_contain_text(f"promoted, v{version}")
    expect(page.locator(".pad-stop").first).to_contain_text(f"promoted, v{version}")
    for size in ((1440, 900), (820, 1180), (390, 844)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        expect(page.get_by_role("link", name="Promote this…")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
