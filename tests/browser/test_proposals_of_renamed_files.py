"""A file is renamed while somebody's window is over a proposal that changes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from blobs.models import Blob
from drafts.services import change_files
from proposals.models import Change, Proposal, Round
from proposals.services import accept_proposal, submit_proposal
from tests.browser.people import Person, World
from tests.browser.proposing import keeps, open_proposal, staged, write

OLD, NEW = "files/topology.yaml", "files/graph.yaml"
BAR = "topology.yaml is called graph.yaml now."


def current(world: World) -> str:
    content = world.current().fields[OLD]
    return str(world.arrange(lambda: Blob.objects.get(pk=content.sha256).text))


def change(world: World, **facts: Any) -> None:
    """Make a version as the owner."""
    facts |= {"session_id": None, "base_version": world.current().version_number}
    world.arrange(lambda: change_files(caller=world.caller("owner"), project_id=world.project.id, **facts))


def rename(world: World, before: str = OLD, name: str = NEW) -> None:
    change(world, renames={name: before})


def values(world: World, proposal: Proposal) -> dict[str, str]:
    """What is staged, by its target."""
    return dict(world.arrange(lambda: list(Change.objects.filter(proposal=proposal).values_list("target", "value"))))


def proposed(world: World, text: str) -> Proposal:
    changes: dict[str, Any] = {OLD: {"content": f"# Mine\n{text}"}}
    return staged(world, **changes)


def over(daniel: Person, proposal: Proposal) -> Page:
    page = open_proposal(daniel, proposal, OLD)
    expect(daniel.line("# Mine")).to_be_visible()
    return page


def open_for_review(page: Page) -> None:
    page.get_by_role("button", name="Open for review…").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Open for review").click()


def test_a_proposal_under_which_its_file_was_renamed_is_submitted_with_what_was_typed(
    person: Callable[..., Person], world: World
) -> None:
    text = current(world)
    daniel, proposal = person("editor"), proposed(world, text)
    page = over(daniel, proposal)

    rename(world)

    expect(daniel.bar(BAR)).to_contain_text("It merges by itself.")
    expect(page.locator("[data-part=drift]")).to_have_text("called graph.yaml now")
    expect(daniel.line("# Mine")).to_be_visible()
    daniel.expect_state("proposed")
    write(daniel, "# Later\n")
    world.until(lambda: keeps(proposal, "# Later\n# Mine\n", OLD))
    open_for_review(page)
    expect(daniel.badge).to_contain_text("P1 · open")
    changes = world.arrange(lambda: Round.objects.get(proposal=proposal).changes)
    assert list(changes) == [f"field:{NEW}"]
    assert values(world, proposal) == {NEW: f"# Later\n# Mine\n{text}"}


def test_what_was_not_sent_when_its_file_was_renamed_is_staged_under_the_former_name(
    person: Callable[..., Person], world: World
) -> None:
    daniel = person("editor")
    text = current(world)
    proposal = proposed(world, text)
    page = over(daniel, proposal)
    # Nothing goes out from here by itself.
    page.evaluate("() => { window.setTimeout = () => 0; }")
    write(daniel, "# Unsent\n")

    rename(world)

    expect(daniel.bar(BAR)).to_be_visible()
    expect(daniel.line("# Unsent")).to_be_visible()
    open_for_review(page)
    expect(daniel.badge).to_contain_text("P1 · open")
    assert values(world, proposal) == {NEW: f"# Unsent\n# Mine\n{text}"}


@pytest.mark.parametrize("how", ["Merge", "Keep mine"])
def test_what_is_typed_after_a_renamed_file_is_merged_goes_on_under_its_new_name(
    person: Callable[..., Person], world: World, how: str
) -> None:
    text = current(world)
    daniel, proposal = person("editor"), proposed(world, text)
    page = over(daniel, proposal)
    rename(world)

    daniel.bar(BAR).get_by_role("button", name=how).click()

    expect(daniel.bar(BAR)).to_have_count(0)
    expect(page.locator("h1")).to_have_text("graph.yaml")
    expect(page.get_by_role("treeitem", name="topology.yaml")).to_have_count(0)
    daniel.expect_state("proposed")
    write(daniel, "# Later\n")
    world.until(lambda: keeps(proposal, "# Later\n# Mine\n", NEW))
    assert values(world, proposal) == {NEW: f"# Later\n# Mine\n{text}"}
    world.arrange(lambda: submit_proposal(caller=world.caller("editor"), proposal_id=proposal.id))
    world.arrange(lambda: accept_proposal(caller=world.caller("owner"), proposal_id=proposal.id, round=1))
    assert OLD not in world.current().fields


def test_what_is_typed_while_a_renamed_file_is_merged_stays(person: Callable[..., Person], world: World) -> None:
    text = current(world)
    daniel, proposal = person("editor"), proposed(world, text)
    page = over(daniel, proposal)
    change(world, changes={OLD: {"content": f"{text}# Theirs\n"}})
    rename(world)
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    page.route("**/resolve/", hold)
    with page.expect_request("**/resolve/"):
        daniel.bar(BAR).get_by_role("button", name="Merge").click()
    write(daniel, "# Meanwhile\n")
    asked[0].continue_()

    expect(daniel.bar(BAR)).to_have_count(0)
    world.until(lambda: keeps(proposal, f"# Meanwhile\n# Mine\n{text}# Theirs\n", NEW))
    assert list(values(world, proposal)) == [NEW]


def test_a_file_that_gets_its_name_back_shows_what_is_proposed(person: Callable[..., Person], world: World) -> None:
    text = current(world)
    daniel, proposal = person("editor"), proposed(world, text)
    page = over(daniel, proposal)
    rename(world)
    expect(daniel.bar(BAR)).to_be_visible()

    rename(world, NEW, OLD)

    expect(daniel.bar(BAR)).to_have_count(0)
    expect(page.locator("h1")).to_have_text("topology.yaml")
    expect(page.get_by_role("treeitem", name="graph.yaml")).to_have_count(0)
    write(daniel, "# Later\n")
    world.until(lambda: keeps(proposal, "# Later\n# Mine\n", OLD))
    assert values(world, proposal) == {OLD: f"# Later\n# Mine\n{text}"}
