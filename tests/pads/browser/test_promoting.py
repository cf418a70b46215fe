"""Promoting from the page of a pad: the dialog, its states, and the panel beside the text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, WebSocket, expect

from drafts.models import Draft
from drafts.reading import get_draft
from locking.models import Lease
from locking.services import take_over_lock
from proposals.models import Proposal
from stages.pads.models import Pad
from tests.browser.people import Person
from tests.browser.test_accessible import in_both_themes
from tests.pads.browser.conftest import Pads, PadWindow

Open = Callable[..., PadWindow]


@pytest.fixture
def pad(pads: Pads) -> Pad:
    """A pad for the prompt that began with it."""
    return pads.make(target_field="prompt_text", start="field")


def promote(page: Page) -> Locator:
    """Open the dialog."""
    page.get_by_role("button", name="Promote…").click()
    dialog = page.locator("#promote-dialog")
    expect(dialog).to_be_visible()
    return dialog


def primary(dialog: Locator) -> Locator:
    return dialog.locator(".promote-foot .btn-primary")


def test_all_of_a_pad_becomes_the_next_version(pads: Pads, pad: Pad, open_pad: Open) -> None:
    before = pads.world.current()
    mara, daniel = open_pad("owner", pad), open_pad("editor", pad)
    daniel.write("Ask twice.")
    mara.write("Look it up. ", at="Home")
    for window in (mara, daniel):
        expect(window.kept).to_contain_text("All kept")
    dialog = promote(mara.page)
    expect(dialog.get_by_role("heading", name="Promote to Prompt")).to_be_visible()
    expect(dialog.locator("#promote-lock")).to_have_text("You")
    expect(dialog.locator(".promote-foot")).to_contain_text("Prompt is yours until you promote or cancel.")
    expect(dialog.locator(".lines .is-added").first).to_be_visible()
    expect(dialog.locator(".promote-people li")).to_have_count(3)
    expect(dialog.locator(".promote-people")).to_contain_text("10 characters")
    dialog.get_by_label("Message").fill("As we said")
    expect(primary(dialog)).to_have_text(f"Promote as v{before.version_number + 1}")
    primary(dialog).click()
    expect(dialog).to_be_hidden()
    expect(mara.page.locator(".toast-note").filter(has_text=f"v{before.version_number + 1}")).to_be_visible()
    made = pads.world.current()
    assert (made.prompt_text, made.message) == (pads.text(pad), "As we said")
    assert not pads.world.arrange(lambda: Lease.objects.open().filter(project=pads.world.project).exists())
    for window in (mara, daniel):
        expect(window.page.locator("#pad-promoted-count")).to_have_text("1")
    daniel.page.get_by_role("tab", name="Promoted").click()
    row = daniel.page.locator("#pad-promoted .panel-row")
    expect(row).to_contain_text(f"v{made.version_number}")
    expect(row).to_contain_text("As we said")
    expect(primary(promote(mara.page))).to_have_text("Already in Prompt")
    expect(primary(mara.page.locator("#promote-dialog"))).to_be_disabled()


def test_a_selected_part_goes_into_a_section(pads: Pads, open_pad: Open) -> None:
    pad = pads.make(target_field="prompt_text")
    mara = open_pad("owner", pad)
    mara.write("Notes\nKeep to the protocol.\n")
    expect(mara.kept).to_contain_text("All kept")
    mara.page.keyboard.press("ArrowUp")
    mara.page.keyboard.press("Home")
    mara.page.keyboard.press("Shift+End")
    before: Draft = pads.world.arrange(lambda: get_draft(project_id=pads.world.project.id, version=None))
    dialog = promote(mara.page)
    expect(dialog.locator("#promote-part option:checked")).to_have_text("Selection, line 2")
    into = dialog.locator("#promote-into")
    section = into.locator("option").nth(1)
    value, label = section.get_attribute("value"), section.inner_text()
    into.select_option(value)
    expect(into.locator("option:checked")).to_have_text(label)
    expect(dialog.locator(".lines ins, .lines .is-added").first).to_be_visible()
    primary(dialog).click()
    expect(dialog).to_be_hidden()
    start, end = map(int, (value or "").partition(":")[0].split("-"))
    text = before.prompt_text or ""
    assert pads.world.current().prompt_text == f"{text[:start]}Keep to the protocol.{text[end:]}"


def test_a_held_field_is_asked_for_or_proposed(
    pads: Pads, pad: Pad, open_pad: Open, person: Callable[..., Person]
) -> None:
    mara = open_pad("owner", pad)
    mara.write("Look it up. ", at="Home")
    expect(mara.kept).to_contain_text("All kept")
    pads.world.arrange(lambda: pads.world.writer("editor").take())
    dialog = promote(mara.page)
    expect(dialog.locator("#promote-lock")).to_contain_text("Daniel Okafor")
    expect(primary(dialog)).to_have_text("Ask for Prompt")
    primary(dialog).click()
    expect(primary(dialog)).to_have_text("Asked")
    expect(dialog.locator(".promote-foot")).to_contain_text("Daniel Okafor has been asked")
    dialog.get_by_role("button", name="Propose…").click()
    mara.page.wait_for_url("**/projects/*/?proposal=*")
    proposal: Proposal = pads.world.arrange(lambda: Proposal.objects.get(origin_type="pad"))
    assert proposal.is_private
    assert mara.page.url.endswith(str(proposal.id))


def holder(pads: Pads, field: str = "prompt_text") -> str:
    """Who holds a field, by user name; empty where it is free."""
    leases = Lease.objects.open().filter(project=pads.world.project, field=field)
    return ", ".join(leases.values_list("user__username", flat=True))


def test_the_dialog_holds_the_field_until_it_is_cancelled(pads: Pads, pad: Pad, open_pad: Open) -> None:
    mara, daniel = open_pad("owner", pad), open_pad("editor", pad)
    mara.write("Look it up. ", at="Home")
    expect(mara.kept).to_contain_text("All kept")
    dialog = promote(mara.page)
    expect(dialog.locator("#promote-lock")).to_have_text("You")
    me = pads.world.people["owner"].username
    assert pads.world.arrange(lambda: holder(pads)) == me
    # Somebody else who opens the dialog meanwhile can ask for it.
    theirs = promote(daniel.page)
    expect(primary(theirs)).to_have_text("Ask for Prompt")
    primary(theirs).click()
    note = "Daniel Okafor wants to edit Prompt. It becomes available once you promote or cancel."
    expect(dialog.locator(".promote-foot [role=status]")).to_have_text(note)
    # The lock goes along with the choice of another field.
    dialog.get_by_label("Message").fill("Kept")
    dialog.locator("#promote-into").select_option(":model_configuration")
    expect(dialog.get_by_role("heading", name="Promote to Model configuration")).to_be_visible()
    expect(dialog.locator("#promote-lock")).to_have_text("You")
    pads.world.until(lambda: holder(pads, "model_configuration") == me)
    expect(dialog.get_by_label("Message")).to_have_value("Kept")
    # The prompt is free for the other one now, whose dialog takes it.
    expect(theirs.locator("#promote-lock")).to_have_text("You")
    dialog.get_by_role("button", name="Cancel").click()
    pads.world.until(lambda: holder(pads, "model_configuration") == "")
    daniel.page.keyboard.press("Escape")
    pads.world.until(lambda: holder(pads) == "")


def test_the_lock_is_renewed_while_the_dialog_is_open_and_given_back_with_the_page(
    pads: Pads, pad: Pad, open_pad: Open
) -> None:
    mara = open_pad("owner", pad)
    mara.write("Look it up. ", at="Home")
    expect(mara.kept).to_contain_text("All kept")
    sockets: list[WebSocket] = []

    def opened(socket: WebSocket) -> None:
        sockets.append(socket)

    mara.page.on("websocket", opened)
    mara.page.reload()
    expect(mara.page.locator(".pad-page[data-line=live] .cm-content")).to_be_visible()
    dialog = promote(mara.page)
    expect(dialog.locator("#promote-lock")).to_have_text("You")
    sockets[-1].wait_for_event("framesent", lambda frame: "lock.renew" in str(frame))
    expect(dialog.locator("#promote-lock")).to_have_text("You")
    mara.page.goto("about:blank")
    pads.world.until(lambda: holder(pads) == "")
    newest = pads.world.arrange(lambda: Lease.objects.filter(project=pads.world.project).latest("token").end_reason)
    assert newest == "cancelled"


def test_a_field_that_is_taken_over_is_asked_for(pads: Pads, pad: Pad, open_pad: Open) -> None:
    daniel = open_pad("editor", pad)
    daniel.write("Look it up. ", at="Home")
    expect(daniel.kept).to_contain_text("All kept")
    dialog = promote(daniel.page)
    expect(dialog.locator("#promote-lock")).to_have_text("You")

    def take_over() -> None:
        owner = pads.world.writer("owner")
        take_over_lock(
            caller=owner.caller,
            project_id=pads.world.project.id,
            session_id=owner.session,
            field="prompt_text",
            reason="Urgent",
        )

    pads.world.arrange(take_over)
    expect(primary(dialog)).to_have_text("Ask for Prompt")
    dialog.get_by_role("button", name="Cancel").click()
    me = pads.world.people["owner"].username
    assert pads.world.arrange(lambda: holder(pads)) == me


def test_a_reviewer_proposes_and_a_viewer_reads(pads: Pads, pad: Pad, open_pad: Open) -> None:
    mara, rae = open_pad("owner", pad), open_pad("reviewer", pad)
    mara.write("Look it up. ", at="Home")
    rae.expect_text(mara.shown())
    expect(primary(promote(rae.page))).to_have_text("Propose…")


def test_the_dialog_is_accessible_in_both_themes(pads: Pads, pad: Pad, open_pad: Open) -> None:
    mara = open_pad("owner", pad)
    mara.write("Look it up. ", at="Home")
    expect(mara.kept).to_contain_text("All kept")
    promote(mara.page)
    assert in_both_themes(mara.page) == []
