"""What was typed for a proposal, or kept from an edit, is not lost when the proposal ends or the field is another's."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from proposals.services import accept_proposal
from tests.browser.people import Person, World
from tests.browser.proposing import open_proposal, staged, write
from tests.browser.server import Server


def test_a_kept_text_becomes_a_proposal(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    page = daniel.at_work()
    daniel.write("Set aside. ")
    page.get_by_role("button", name="Stop editing").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Stop editing").click()
    page.reload()
    daniel.bar("Unsaved changes from").get_by_role("button", name="Make a proposal").click()
    expect(daniel.badge).to_have_text("Proposal · private")
    expect(daniel.line("Set aside.")).to_be_visible()
    page.get_by_role("button", name="Your proposal: Changes to Prompt").click()
    page.get_by_role("link", name="Current text").first.click()
    expect(daniel.badge).to_contain_text("Available")
    expect(daniel.bar("Unsaved changes from")).to_have_count(0)


def test_a_long_text_of_another_alphabet_becomes_a_proposal(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    page = daniel.at_work()
    daniel.write("Set aside. ")
    # More bytes than a browser sends along with a page that goes away, of fewer characters.
    page.keyboard.insert_text("я" * 35_000)
    page.get_by_role("button", name="Stop editing").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Stop editing").click()
    page.reload()
    daniel.bar("Unsaved changes from").get_by_role("button", name="Make a proposal").click()
    expect(daniel.badge).to_have_text("Proposal · private")
    expect(daniel.line("Set aside. яяя")).to_be_visible()


def test_what_is_typed_after_its_end_is_offered_over_the_current_text(
    person: Callable[..., Person], world: World, server: Server
) -> None:
    daniel = person("editor")
    daniel.expected = ["WebSocket connection", "Failed to load resource", "net::ERR"]
    proposal = staged(world, prompt_text="Proposed.\n")
    page = open_proposal(daniel, proposal)
    expect(daniel.line("Proposed.")).to_be_visible()
    server.stop()
    write(daniel, "Later. ")
    world.arrange(lambda: accept_proposal(caller=world.caller("editor"), proposal_id=proposal.id, round=1))
    server.start()
    bar = daniel.bar("Accepted as v13 by Daniel Okafor.")
    expect(bar).to_contain_text("What you typed since is kept in this browser")
    bar.get_by_role("link", name="Current text").click()
    expect(daniel.bar("Unsaved changes from")).to_be_visible()
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("dialog")).to_contain_text("Later. Proposed.")


def test_what_was_kept_for_a_proposal_that_ended_meanwhile_is_offered(
    person: Callable[..., Person], world: World, server: Server
) -> None:
    daniel = person("editor")
    daniel.expected = ["WebSocket connection", "Failed to load resource", "net::ERR"]
    proposal = staged(world, prompt_text="Proposed.\n")
    open_proposal(daniel, proposal)
    expect(daniel.line("Proposed.")).to_be_visible()
    server.stop()
    write(daniel, "Later. ")
    expect(daniel.bar("Offline.")).to_be_visible()
    expect(daniel.line("Later. Proposed.")).to_be_visible()
    daniel.page.goto("about:blank")
    world.arrange(lambda: accept_proposal(caller=world.caller("editor"), proposal_id=proposal.id, round=1))
    server.start()
    daniel.at_work()
    expect(daniel.bar("Unsaved changes from")).to_be_visible()
