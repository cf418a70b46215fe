"""What the page of a pad says where the server takes no text, or shows it no more."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from projects.services import archive_project, remove_member, reopen_project
from stages.pads.services import close_pad, reopen_pad
from tests.browser.people import World
from tests.browser.test_accessible import violations
from tests.pads.browser.conftest import NO_LINE, Pads, PadWindow

Open = Callable[..., PadWindow]
MIB = 1024 * 1024
REFUSED = "The server did not accept your last changes."


def bar(window: PadWindow, words: str = REFUSED) -> Locator:
    return window.page.locator(".ws-bars .bar", has_text=words)


def insert(window: PadWindow, script: str) -> None:
    """Insert what a script says at the beginning, as a program does."""
    window.page.evaluate(
        f"""() => {{
            const view = document.querySelector(".cm-content").cmTile.view;
            view.dispatch({{ changes: {{ from: 0, insert: {script} }}, userEvent: "input" }});
        }}"""
    )


def cut_off(window: PadWindow, words: str) -> None:
    """Type without a line."""
    window.window.expected.append(NO_LINE)
    window.offline(True)
    expect(window.kept).to_contain_text("Offline")
    window.write(words)


def test_refused_text_is_named_copied_and_discarded(pads: Pads, open_pad: Open) -> None:
    pad = pads.make()
    daniel, mara = open_pad("editor", pad), open_pad("owner", pad)
    daniel.write("kept")
    mara.expect_text("kept")
    insert(daniel, f'"x".repeat({MIB + 1})')
    expect(bar(daniel)).to_contain_text(str(MIB))
    assert violations(daniel.page) == []
    bar(daniel).get_by_role("button", name="Copy my text").click()
    expect(daniel.page.locator(".toast-note", has_text="Copied")).to_be_visible()
    assert daniel.page.evaluate("navigator.clipboard.readText()").endswith("kept")
    # Others write on, and none of it is lost by what is refused here.
    mara.write(" and on")
    pads.until(pad, "kept and on")
    bar(daniel).get_by_role("button", name="Discard my changes").click()
    expect(bar(daniel)).to_have_count(0)
    daniel.expect_text("kept and on")
    daniel.write("!")
    mara.expect_text("kept and on!")


def test_a_pad_that_was_closed_meanwhile_keeps_what_was_typed(pads: Pads, open_pad: Open, world: World) -> None:
    pad = pads.make()
    daniel = open_pad("editor", pad)
    daniel.write("kept ")
    pads.until(pad, "kept ")
    cut_off(daniel, "unsent")
    world.arrange(lambda: close_pad(caller=world.caller("owner"), pad_id=pad.id))
    daniel.offline(False)
    expect(bar(daniel)).to_contain_text("closed")
    expect(daniel.page.locator("#pad-head .badge")).to_have_text("Closed")
    assert daniel.shown() == "kept unsent"
    assert violations(daniel.page) == []
    world.arrange(lambda: reopen_pad(caller=world.caller("owner"), pad_id=pad.id))
    expect(bar(daniel)).to_have_count(0)
    pads.until(pad, "kept unsent")


def test_an_archived_project_keeps_what_was_typed(pads: Pads, open_pad: Open, world: World) -> None:
    pad = pads.make()
    daniel = open_pad("editor", pad)
    daniel.write("kept ")
    pads.until(pad, "kept ")
    cut_off(daniel, "unsent")
    owner = world.caller("owner")
    world.arrange(lambda: archive_project(caller=owner, project_id=world.project.id))
    daniel.offline(False)
    expect(bar(daniel)).to_contain_text("archived")
    expect(daniel.text).to_have_attribute("aria-readonly", "true")
    expect(daniel.page.locator("#pad-head .badge")).to_have_text("Read-only")
    world.arrange(lambda: reopen_project(caller=owner, project_id=world.project.id, reason="It goes on"))
    expect(bar(daniel)).to_have_count(0)
    pads.until(pad, "kept unsent")


def test_whoever_sees_the_pad_no_more_can_copy_what_they_typed(pads: Pads, open_pad: Open, world: World) -> None:
    pad = pads.make()
    daniel = open_pad("editor", pad)
    daniel.write("kept ")
    pads.until(pad, "kept ")
    cut_off(daniel, "unsent")
    daniel.window.expected.append("404|403|Failed to load resource")
    owner, user = world.caller("owner"), world.people["editor"].id
    world.arrange(
        lambda: remove_member(caller=owner, project_id=world.project.id, user_id=user, reason="Left the trial")
    )
    daniel.offline(False)
    ended = bar(daniel, "You can no longer see this pad.")
    expect(ended).to_be_visible()
    expect(daniel.text).to_have_attribute("aria-readonly", "true")
    ended.get_by_role("button", name="Copy my text").click()
    expect(daniel.page.locator(".toast-note", has_text="Copied")).to_be_visible()
    assert daniel.page.evaluate("navigator.clipboard.readText()") == "kept unsent"
