"""Promoting from the page of a pad: the dialog, its states, and the panel beside the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from drafts.models import Draft
from drafts.reading import get_draft
from locking.models import Lease
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
    expect(dialog.locator("#promote-lock")).to_contain_text("Available")
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
    lock: dict[str, Any] = {}

    def hold() -> None:
        lock["writer"] = pads.world.writer("editor")
        lock["writer"].take()

    dialog = promote(mara.page)
    expect(primary(dialog)).to_contain_text("Promote as")
    pads.world.arrange(hold)
    expect(dialog.locator("#promote-lock")).to_contain_text("Daniel Okafor")
    expect(primary(dialog)).to_have_text("Ask for Prompt")
    primary(dialog).click()
    expect(primary(dialog)).to_have_text("Asked")
    expect(dialog.locator(".promote-foot")).to_contain_text("Daniel Okafor was asked")
    dialog.get_by_role("button", name="Propose…").click()
    mara.page.wait_for_url("**/projects/*/?proposal=*")
    proposal: Proposal = pads.world.arrange(lambda: Proposal.objects.get(origin_type="pad"))
    assert proposal.is_private
    assert mara.page.url.endswith(str(proposal.id))


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
