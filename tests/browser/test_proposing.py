"""Writing over a proposal: without a lock, in private, and kept as it is typed."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from locking.models import Lease
from proposals.models import Proposal
from proposals.services import submit_proposal
from tests.browser.people import Person, World
from tests.browser.proposing import keeps, open_proposal, prompt_of, staged, write
from tests.browser.server import Server


def test_what_is_typed_is_kept_in_the_proposal_and_not_shown_to_others(
    person: Callable[..., Person], world: World
) -> None:
    mara, daniel = person("owner"), person("editor")
    mara.at_work()
    mara.take()
    proposal = staged(world)
    page = open_proposal(daniel, proposal)
    expect(daniel.badge).to_have_text("Proposal · private")
    write(daniel, "Proposed. ")
    world.until(lambda: keeps(proposal, "Proposed. "))
    expect(page.locator("[data-foot-target=kept]")).to_contain_text("Backed up")
    daniel.expect_state("proposed")
    expect(page.locator(".field-row", has_text="Prompt")).to_contain_text("In your proposal")
    expect(mara.page.get_by_text("Proposed.")).to_have_count(0)
    mara.expect_state("yours")
    assert world.arrange(lambda: Lease.objects.open().filter(project=world.project, user=daniel.user).exists()) is False


def test_a_reload_brings_the_typing_back(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    proposal = staged(world, prompt_text="Staged before.\n")
    page = open_proposal(daniel, proposal)
    expect(daniel.line("Staged before.")).to_be_visible()
    write(daniel, "At once. ")
    page.reload()
    expect(daniel.line("At once. Staged before.")).to_be_visible()
    world.until(lambda: keeps(proposal, "At once. Staged before."))


def test_typing_goes_on_without_a_connection_and_is_kept_afterwards(
    person: Callable[..., Person], world: World, server: Server
) -> None:
    daniel = person("editor")
    daniel.expected = ["WebSocket connection", "Failed to load resource", "net::ERR"]
    proposal = staged(world)
    page = open_proposal(daniel, proposal)
    write(daniel, "Before. ")
    world.until(lambda: keeps(proposal, "Before. "))
    server.stop()
    write(daniel, "Offline. ")
    expect(daniel.bar("Offline.")).to_be_visible()
    expect(daniel.line("Offline. Before.")).to_be_visible()
    server.start()
    world.until(lambda: keeps(proposal, "Offline. Before."))
    page.reload()
    expect(daniel.line("Offline. Before.")).to_be_visible()


def test_who_waits_for_a_field_proposes_and_accepts_when_it_is_let_go(
    person: Callable[..., Person], world: World
) -> None:
    mara, daniel = person("owner"), person("editor")
    daniel.expected = ["423"]
    mara.at_work()
    mara.write("Not yet. ")
    page = daniel.at_work()
    daniel.expect_state("theirs")
    page.get_by_role("button", name="Propose instead").click()
    expect(daniel.badge).to_have_text("Proposal · private")
    expect(page.locator(".cm-line", has_text="Not yet.")).to_have_count(0)
    write(daniel, "Proposed. ")
    world.until(lambda: any(keeps(each, "Proposed. ") for each in Proposal.objects.filter(project=world.project)))
    for _ in range(2):
        page.get_by_role("button", name="More for this proposal").first.click()
        page.get_by_role("button", name="Accept as v13…").click()
        dialog = page.get_by_role("dialog", name="Accept as v13?")
        dialog.get_by_role("button", name="Accept as v13").click()
        if mara.page.locator(".sheet[data-state=yours]").count() == 0:
            break
        expect(dialog.get_by_role("alert")).to_contain_text("Mara Lindqvist")
        dialog.get_by_role("button", name="Cancel").click()
        mara.page.get_by_role("button", name="Stop editing").first.click()
        mara.page.get_by_text("Discard changes").click()
        mara.page.get_by_role("dialog").get_by_role("button", name="Stop editing").click()
        mara.expect_state("free")
    expect(mara.line("Proposed.")).to_be_visible()
    expect(page.locator(".switch-button")).to_have_text("Current")
    assert prompt_of(world).startswith("Proposed. ")


def test_on_a_phone_a_held_field_says_all_in_two_rows(person: Callable[..., Person]) -> None:
    mara, daniel = person("owner"), person("editor", size=(390, 844))
    mara.at_work()
    mara.write("Not yet. ")
    page = daniel.at_work()
    daniel.expect_state("theirs")
    buttons = [page.get_by_role("button", name=name, exact=True) for name in ("Propose", "Ask")]
    for button in buttons:
        expect(button).to_be_visible()
    places = [one.bounding_box() for one in (daniel.badge, *buttons)]
    middles = {round(place["y"] + place["height"] / 2) for place in places if place}
    assert len(places) == 3
    assert max(middles) - min(middles) <= 1


def test_it_opens_for_review_and_the_holder_of_the_field_is_told(person: Callable[..., Person], world: World) -> None:
    mara, daniel = person("owner"), person("editor")
    page = open_proposal(daniel, staged(world, prompt_text="Proposed.\n"))
    page.get_by_role("textbox", name="Title").fill("Shorter")
    page.get_by_role("button", name="Open for review…").first.click()
    dialog = page.get_by_role("dialog", name="Open this proposal for review?")
    expect(dialog.get_by_label("Title")).to_have_value("Shorter")
    dialog.get_by_role("button", name="Open for review").click()
    expect(daniel.badge).to_contain_text("P1 · open")
    unsubmitted = daniel.badge.get_by_text(", not submitted")
    expect(daniel.line("Proposed.")).to_be_visible()
    expect(unsubmitted).to_be_hidden()
    expect(page.get_by_role("link", name="Read P1").first).to_be_visible()
    expect(page.get_by_role("button", name="Submit round")).to_have_count(0)
    write(daniel, "Later. ")
    expect(unsubmitted).to_be_visible()
    expect(page.get_by_role("button", name="Submit round 2…").first).to_be_enabled()
    mara.at_work()
    mara.take()
    bar = mara.bar("P1 changes this field.")
    expect(bar.get_by_role("link", name="Read P1")).to_have_attribute("href", re.compile(r"/proposals/1/$"))
    other = staged(world, "owner", prompt_text="Other.\n")
    world.arrange(lambda: submit_proposal(caller=world.caller("owner"), proposal_id=other.id))
    bar = mara.bar("2 open proposals change this field.")
    bar.get_by_role("link", name="Show them").click()
    expect(mara.page.locator(".proposal-row")).to_have_count(2)


def test_broken_json_stands_at_its_field_before_anything_is_opened(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    daniel.expected = ["400"]
    page = open_proposal(daniel, staged(world, prompt_text="Right.\n", model_configuration='{"a": 1,}'))
    page.get_by_role("button", name="Open for review…").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Open for review").click()
    expect(page.get_by_role("heading", name="Model configuration")).to_be_visible()
    expect(page.locator("[data-sheet-target=note]")).to_contain_text("there is a comma after the last item")
    expect(daniel.badge).to_have_text("Proposal · private")


def test_files_come_and_go_in_a_proposal(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    proposal = staged(world)
    page = open_proposal(daniel, proposal, "files/topology.yaml")
    page.get_by_role("button", name="More for this field").click()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete file").click()
    daniel.expect_state("removed")
    page.get_by_role("button", name="New file").click()
    page.get_by_label("Path").fill("corpus/guide.md")
    page.get_by_role("dialog").get_by_role("button", name="Start writing").click()
    expect(page.get_by_role("heading", name="guide.md")).to_be_visible()
    expect(daniel.text).to_be_focused()
    page.keyboard.type("Guide.")
    world.until(lambda: keeps(proposal, "Guide.", "files/corpus/guide.md"))
    page.reload()
    expect(daniel.line("Guide.")).to_be_visible()
    changes = page.get_by_role("tabpanel", name="Proposal").locator(".proposal-changes")
    expect(changes).to_contain_text("removed")
    assert world.current().version_number == 12


TYPE_AND_ACCEPT = """async () => {
  document.querySelector(".cm-content").focus();
  document.execCommand("insertText", false, "Late. ");
  await new Promise(requestAnimationFrame);
  document.querySelector("[data-proposal-actions-target=accept]").click();
  document.querySelector("#accept-proposal form").requestSubmit();
}"""


def test_what_is_typed_after_the_last_round_is_not_left_behind_by_accepting(
    person: Callable[..., Person], world: World
) -> None:
    daniel = person("editor")
    proposal = staged(world, prompt_text="Proposed.\n")
    world.arrange(lambda: submit_proposal(caller=world.caller("editor"), proposal_id=proposal.id))
    page = open_proposal(daniel, proposal)
    expect(daniel.badge).to_contain_text("P1 · open")
    expect(daniel.badge.get_by_text(", not submitted")).to_be_hidden()
    daniel.text.click()
    page.keyboard.press("ControlOrMeta+Home")
    # Within the moment before what is typed is staged.
    page.evaluate(TYPE_AND_ACCEPT)
    expect(page.get_by_role("dialog", name="Accept as v13?")).to_contain_text("Submit a new round first.")
    assert world.arrange(lambda: keeps(proposal, "Late. Proposed."))
    assert world.current().version_number == 12


def test_discarding_leaves_nothing(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    proposal = staged(world, prompt_text="Nonsense.\n")
    page = open_proposal(daniel, proposal)
    page.get_by_role("button", name="Discard proposal…").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Discard it").click()
    expect(page.locator(".switch-button")).to_have_text("Current")
    assert not world.arrange(lambda: Proposal.objects.filter(pk=proposal.id).exists())


def test_going_over_to_another_proposal_and_back_keeps_both(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    first, second = staged(world, title="First"), staged(world, title="Second")
    page = open_proposal(daniel, first)
    write(daniel, "One. ")
    page.get_by_role("button", name="Your proposal: First").click()
    page.get_by_role("link", name="Second").click()
    expect(page.get_by_role("button", name="Your proposal: Second")).to_be_visible()
    expect(page.locator(".cm-line", has_text="One.")).to_have_count(0)
    write(daniel, "Two. ")
    world.until(lambda: keeps(first, "One. ") and keeps(second, "Two. "))
    page.get_by_role("button", name="Your proposal: Second").click()
    page.get_by_role("link", name="First").click()
    expect(daniel.line("One.")).to_be_visible()


def test_whose_role_does_not_write_proposes_and_does_not_accept(person: Callable[..., Person], world: World) -> None:
    priya = person("reviewer")
    page = priya.at_work()
    page.get_by_role("button", name="Propose a change").click()
    expect(priya.badge).to_have_text("Proposal · private")
    write(priya, "Reviewed. ")
    page.keyboard.press("ControlOrMeta+s")
    expect(priya.toast("Your proposal is backed up.")).to_be_visible()
    page.get_by_role("button", name="More for this proposal").first.click()
    expect(page.get_by_role("link", name="Current text").first).to_be_visible()
    expect(page.get_by_role("button", name="Accept as v13…")).to_be_hidden()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Open for review…").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Open for review").click()
    expect(priya.badge).to_contain_text("P1 · open")
