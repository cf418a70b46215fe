"""Reviewing proposals in the browser: the list, the page of one, and what others see of it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from drafts.reading import get_draft, texts_of
from proposals.models import Change, Proposal
from proposals.services import (
    comment_on_proposal,
    stage_changes,
    submit_proposal,
    vote_on_proposal,
)
from publishing.policies import rules_of
from publishing.services import set_policy
from tests.browser.people import Person, World
from tests.browser.proposing import staged
from tests.browser.test_accessible import PHONE, in_every_window


def opened(world: World, **changes: Any) -> Proposal:
    """A proposal of Daniel's under review."""
    proposal = staged(world, **(changes or {"prompt_text": prompt_with(world, "Be brief.")}))
    found: Proposal = world.arrange(lambda: submit_proposal(caller=world.caller("editor"), proposal_id=proposal.id))
    return found


def prompt_with(world: World, line: str) -> str:
    """The current prompt with one more line after the first."""
    text: str = world.arrange(
        lambda: texts_of([get_draft(project_id=world.project.id, version=None)], "prompt_text")[0]
    )
    first, _, rest = text.partition("\n")
    return f"{first}\n{line}\n{rest}"


def next_round(world: World, proposal: Proposal, text: str) -> None:
    """Daniel stages another text and submits it."""

    def write() -> None:
        change = Change.objects.get(proposal=proposal, target="prompt_text")
        caller = world.caller("editor")
        facts: dict[str, Any] = {"base_version": 12, "changes": {"prompt_text": text}}
        stage_changes(caller=caller, proposal_id=proposal.id, revisions={"prompt_text": change.revision}, **facts)
        submit_proposal(caller=caller, proposal_id=proposal.id)

    world.arrange(write)


def require(world: World, **rules: Any) -> None:
    def write() -> None:
        given = {**rules_of(world.project.id).data(), "proposals": rules}
        set_policy(caller=world.caller("owner"), project_id=world.project.id, rules=given)

    world.arrange(write)


def test_two_people_review_object_and_accept_the_next_round(person: Callable[..., Person], world: World) -> None:
    require(world, approvals=2)
    proposal = opened(world)
    priya, mara = person("reviewer"), person("owner")
    page, watching = priya.open("proposals/"), mara.open("proposals/1/")
    page.get_by_role("link", name="Shorter refusals").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("P1 Shorter refusals")

    page.get_by_role("link", name="Object…").click()
    page.get_by_label("What has to change before this is accepted?").fill("Say how brief.")
    page.get_by_role("button", name="Object", exact=True).click()
    expect(priya.toast("You objected to P1.")).to_be_visible()
    # The other page follows.
    expect(watching.locator(".vote-words")).to_have_text("Say how brief.")

    next_round(world, proposal, prompt_with(world, "Be brief: three sentences."))
    expect(watching.locator("#proposal-bars")).to_contain_text("Round 2 is here.")
    watching.get_by_role("link", name="Show").click()
    expect(watching.locator(".compare-sheet")).to_contain_text("three sentences")

    page.goto(f"{world.address}proposals/1/")
    page.get_by_role("button", name="Approve").click()
    expect(priya.toast("You approved P1.")).to_be_visible()
    accept = watching.get_by_role("button", name="Accept as v13")
    expect(accept).to_be_enabled()
    accept.click()
    expect(mara.toast("P1 was accepted as v13.")).to_be_visible()
    expect(page.locator("#proposal-bars")).to_contain_text("Accepted as v13")
    assert "three sentences" in (world.current().prompt_text or "")


def test_a_comment_stands_under_its_line_for_both_and_is_answered_and_resolved(
    person: Callable[..., Person], world: World
) -> None:
    opened(world)
    priya, daniel = person("reviewer"), person("editor")
    page, other = priya.open("proposals/1/"), daniel.open("proposals/1/")
    page.locator("td.lines-new", has_text="2").first.click()
    page.get_by_label("Comment on line 2").fill("How brief?")
    page.locator(".line-talk-form").get_by_role("button", name="Comment").click()
    expect(page.locator(".line-talk .thread")).to_contain_text("How brief?")

    thread = other.locator(".line-talk .thread")
    expect(thread).to_contain_text("How brief?")
    thread.locator("summary", has_text="Reply").click()
    thread.get_by_label("Reply").fill("Three sentences.")
    thread.get_by_role("button", name="Send reply").click()
    expect(page.locator(".line-talk .thread-reply")).to_contain_text("Three sentences.")
    page.locator(".line-talk").get_by_role("button", name="Resolve").click()
    expect(page.locator(".line-talk .thread")).to_have_count(0)
    expect(other.locator(".line-talk .thread")).to_have_count(0)
    expect(other.locator(".settled > summary")).to_have_text("1 resolved or withdrawn")


def test_what_is_typed_beside_the_comparison_stays_while_the_page_follows(
    person: Callable[..., Person], world: World
) -> None:
    proposal = opened(world)
    page = person("reviewer").open("proposals/1/")
    page.get_by_label("Comment on P1").fill("Half a sentence")
    caller = world.caller("owner")
    world.arrange(
        lambda: vote_on_proposal(caller=caller, proposal_id=proposal.id, round=1, verdict="object", comment="Too brief")
    )
    expect(page.locator(".vote-words")).to_have_text("Too brief")
    expect(page.get_by_label("Comment on P1")).to_have_value("Half a sentence")
    page.locator(".proposal-composer").get_by_role("button", name="Comment").click()
    expect(page.locator(".conversation > .thread")).to_contain_text("Half a sentence")
    expect(page.get_by_label("Comment on P1")).to_have_value("")


def test_a_review_goes_by_keyboard(person: Callable[..., Person], world: World) -> None:
    opened(world)
    priya = person("reviewer")
    page = priya.open("proposals/")
    page.get_by_role("link", name="Shorter refusals").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".compare-sheet")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("n")
    page.keyboard.press("c")
    expect(page.get_by_label("Comment on line 2")).to_be_focused()
    page.keyboard.type("How brief?")
    # Attach files, Cancel, Comment.
    for _button in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".line-talk .thread")).to_contain_text("How brief?")
    page.locator("#approve").focus()
    page.keyboard.press("Enter")
    expect(priya.toast("You approved P1.")).to_be_visible()


def test_its_pages_are_accessible_and_no_wider_than_the_window(person: Callable[..., Person], world: World) -> None:
    require(world, approvals=2, days=7)
    proposal = opened(world)
    staged(world, title="Still private", model_configuration={"temperature": 0.1})

    def talk() -> None:
        facts: dict[str, Any] = {"proposal_id": proposal.id, "round": 1, "target": "prompt_text"}
        priya = world.caller("reviewer")
        comment_on_proposal(caller=priya, text="How brief?", anchor={"from_line": 2, "to_line": 2}, **facts)
        comment_on_proposal(caller=priya, text="In general, yes", **facts)
        vote_on_proposal(caller=priya, proposal_id=proposal.id, round=1, verdict="object", comment="Say how brief.")

    world.arrange(talk)
    daniel, mara = person("editor", size=PHONE), person("owner", size=PHONE)
    found: dict[str, list[str]] = {}
    for who, paths in (
        (daniel, ("proposals/", "proposals/1/?view=split", "proposals/1/withdraw/")),
        (mara, ("proposals/1/?view=unified", "proposals/1/vote/", "proposals/1/accept/", "settings/")),
    ):
        for path in paths:
            found[path] = in_every_window(who.open(path))
    assert {path: words for path, words in found.items() if words} == {}


def test_on_a_phone_the_difference_comes_first_and_notes_leave_the_forms_free(
    person: Callable[..., Person], world: World
) -> None:
    opened(world)
    priya = person("reviewer", size=(390, 844))
    page = priya.open("proposals/1/")
    places = [page.locator(name).bounding_box() for name in (".compare-sheet", ".decision", ".proposal-composer")]
    tops = [place["y"] for place in places if place]
    assert len(tops) == 3
    assert tops == sorted(tops)
    page.get_by_role("link", name="Votes and comments").click()
    page.get_by_role("button", name="Approve").click()
    expect(priya.toast("You approved P1.")).to_be_visible()
    composer = page.get_by_label("Comment on P1")
    # Playwright scrolls to it, and clicks nothing that something else covers.
    composer.click()
    composer.fill("In general, yes.")
    page.locator(".proposal-composer").get_by_role("button", name="Comment").click()
    expect(page.locator(".conversation .thread")).to_contain_text("In general, yes.")


def test_a_key_approves_and_a_whole_field_is_commented_on(person: Callable[..., Person], world: World) -> None:
    opened(world)
    priya = person("reviewer")
    page = priya.open("proposals/1/")
    page.locator(".compare-sheet header").get_by_role("button", name="Comment").click()
    page.get_by_label("Comment on the whole field").fill("All of it?")
    page.locator(".line-talk-form").get_by_role("button", name="Comment").click()
    thread = page.locator(".conversation .thread")
    expect(thread).to_contain_text("All of it?")
    expect(thread.locator(".line-chip")).to_have_text("Prompt")
    expect(page.locator(".compare-sheet .line-talk")).to_have_count(0)
    page.keyboard.press("a")
    expect(priya.toast("You approved P1.")).to_be_visible()
