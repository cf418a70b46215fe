"""What is current moves under a proposal, or another window of its author's does."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Route, expect

from tests.browser.people import Person, World
from tests.browser.proposing import keeps, open_proposal, prompt_of, save, staged, write


def test_a_version_that_changed_other_lines_merges_by_itself(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    before = prompt_of(world)
    proposal = staged(world, prompt_text=f"Proposed.\n{before}")
    page = open_proposal(daniel, proposal)
    expect(daniel.line("Proposed.")).to_be_visible()
    save(world, "owner", "prompt_text", f"{before}The end.\n")
    bar = daniel.bar("v13 changed Prompt.")
    expect(bar).to_contain_text("It merges by itself.")
    bar.get_by_role("button", name="Merge").click()
    expect(bar).to_have_count(0)
    world.until(lambda: keeps(proposal, f"Proposed.\n{before}The end.\n"))
    page.keyboard.press("ControlOrMeta+End")
    expect(daniel.line("The end.")).to_be_visible()


def test_what_is_typed_while_a_merge_is_on_its_way_stays(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    before = prompt_of(world)
    proposal = staged(world, prompt_text=f"Proposed.\n{before}")
    page = open_proposal(daniel, proposal)
    expect(daniel.line("Proposed.")).to_be_visible()
    save(world, "owner", "prompt_text", f"{before}The end.\n")
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    page.route("**/resolve/", hold)
    bar = daniel.bar("v13 changed Prompt.")
    with page.expect_request("**/resolve/"):
        bar.get_by_role("button", name="Merge").click()
    write(daniel, "Meanwhile. ")
    asked[0].continue_()
    expect(bar).to_have_count(0)
    world.until(lambda: keeps(proposal, f"Meanwhile. Proposed.\n{before}The end.\n"))
    page.keyboard.press("ControlOrMeta+End")
    expect(daniel.line("The end.")).to_be_visible()


def test_where_both_changed_the_same_line_a_person_chooses(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    daniel.expected = ["409"]
    before = prompt_of(world)
    first, rest = before.split("\n", 1)
    proposal = staged(world, prompt_text=f"{first} of mine\n{rest}")
    page = open_proposal(daniel, proposal)
    save(world, "owner", "prompt_text", f"{first} of theirs\n{rest}")
    bar = daniel.bar("v13 changed Prompt.")
    expect(bar).to_contain_text("Both changed the same lines.")
    bar.get_by_role("button", name="Choose").click()
    dialog = page.get_by_role("dialog", name="Prompt changed since you proposed this.")
    expect(dialog.locator("[data-side=theirs] pre")).to_contain_text("of theirs")
    expect(dialog.locator("[data-side=yours] pre")).to_contain_text("of mine")
    page.keyboard.press("4")
    dialog.get_by_role("button", name="Use this text").click()
    expect(bar).to_have_count(0)
    world.until(lambda: keeps(proposal, f"{first} of theirs\n{first} of mine\n"))


def test_mine_is_kept_or_the_current_text_used(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    before = prompt_of(world)
    proposal = staged(world, prompt_text="Mine.\n")
    page = open_proposal(daniel, proposal)
    save(world, "owner", "prompt_text", f"Theirs.\n{before}")
    daniel.bar("v13 changed Prompt.").get_by_role("button", name="Keep mine").click()
    expect(daniel.bar("v13 changed Prompt.")).to_have_count(0)
    expect(daniel.line("Mine.")).to_be_visible()
    save(world, "owner", "prompt_text", f"Theirs again.\n{before}")
    daniel.bar("v14 changed Prompt.").get_by_role("button", name="Use current…").click()
    dialog = page.get_by_role("dialog", name="Use the current text?")
    expect(dialog.get_by_role("button", name="Keep mine")).to_be_focused()
    dialog.get_by_role("button", name="Use the current text").click()
    expect(daniel.line("Theirs again.")).to_be_visible()
    daniel.expect_state("same")
    world.until(lambda: not keeps(proposal, ""))


def test_another_window_is_never_overwritten(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    daniel.expected = ["409"]
    proposal = staged(world, prompt_text="Staged.\n")
    page = open_proposal(daniel, proposal)
    expect(daniel.line("Staged.")).to_be_visible()
    other = daniel.another_tab(f"/projects/{world.project.id}/?proposal={proposal.id}")
    expect(other.locator(".cm-line", has_text="Staged.").first).to_be_visible()
    # The first window hears of nothing.
    other.locator(".cm-content").click()
    other.keyboard.press("ControlOrMeta+Home")
    other.keyboard.type("There. ")
    world.until(lambda: keeps(proposal, "There. Staged."))
    write(daniel, "Here. ")
    bar = daniel.bar("Prompt was changed in another window.")
    expect(bar).to_be_visible()
    assert world.arrange(lambda: keeps(proposal, "There. Staged."))
    bar.get_by_role("button", name="Review").click()
    dialog = page.get_by_role("dialog", name="Prompt was changed in another window.")
    expect(dialog.locator("[data-side=theirs] pre")).to_contain_text("There. Staged.")
    expect(dialog.locator("[data-side=yours] pre")).to_contain_text("Here. Staged.")
    page.keyboard.press("4")
    dialog.get_by_role("button", name="Use this text").click()
    world.until(lambda: keeps(proposal, "There. Staged.\nHere. Staged.\n"))
    expect(bar).to_have_count(0)
