"""The pictures of the documentation; with `FOUNDRY_PICTURES=1` they replace those in `docs/pictures`.

`FOUNDRY_STAGES=runs,pads,fleet` beside it leaves the sample stage out of them. A list of all accounts is drawn by a run
of its own file: other tests make accounts, too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from drafts.comments.models import Comment
from drafts.comments.services import answer_comment, create_comment
from drafts.reading import get_draft
from drafts.tasks.services import create_task
from locking.services import take_over_lock
from proposals.models import Proposal
from proposals.services import comment_on_proposal, create_proposal, submit_proposal, vote_on_proposal
from publishing.policies import rules_of
from publishing.services import set_policy, withdraw_release
from tests.browser.people import Person, World
from tests.browser.proposing import open_proposal, prompt_of, save, staged
from tests.browser.signers import story
from tests.browser.test_contrast import SCHEMES


def in_both_themes(page: Page, pictures: Path, name: str) -> None:
    """Take a picture in the dark theme and one in the light, in which the test goes on.

    The theme is a matter of the style sheet alone.
    """
    for scheme in reversed(SCHEMES):
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=pictures / f"{name}-{scheme}.png", animations="disabled")


def test_pictures(person: Callable[..., Person], world: World, pictures: Path) -> None:
    world.arrange(lambda: _discuss(world))
    mara, daniel, priya = (person(name) for name in ("owner", "editor", "reviewer"))
    page = mara.at_work()
    daniel.at_work()
    priya.at_work(field="files/topology.yaml")

    def take(name: str, who: Person = mara) -> None:
        in_both_themes(who.page, pictures, name)

    mara.line("After an interruption").click()
    page.keyboard.press("End")
    page.keyboard.type(" Then ask the medical monitor")
    mara.expect_state("yours")
    expect(page.locator("[data-foot-target=kept]")).to_contain_text("Backed up")
    expect(page.locator(".projectbar .person")).to_have_count(2)
    expect(page.get_by_placeholder("Comment on line 22…")).to_be_visible()
    take("workspace")
    expect(daniel.badge).to_contain_text("Being edited by")
    take("watching", daniel)
    page.goto(f"{world.url}/projects/")
    take("projects")
    mara.open("history/?pick=9&pick=12")
    take("history")
    mara.open("compare/?base=11&target=12")
    page.keyboard.press("n")
    take("compare")
    mara.open("versions/11/")
    take("version")
    mara.open("members/")
    take("members")
    mara.open("activity/")
    take("activity")
    page.goto(f"{world.url}/account/")
    take("account")
    jonas = person("auditor")
    jonas.page.goto(f"{world.url}/admin/audit/event/?chain={world.project.id}")
    jonas.page.get_by_role("button", name="Verify now").click()
    jonas.page.locator("tr", has_text="v12: Prompt").get_by_role("link").first.click()
    expect(jonas.page.locator(".audit-facts")).to_contain_text("Matches")
    jonas.page.evaluate("scrollTo(0, 0)")
    take("audit", jonas)
    mara.sign_out()
    page.goto(f"{world.url}/accounts/login/")
    take("sign-in")


def test_pictures_of_releases(person: Callable[..., Person], world: World, pictures: Path) -> None:
    first, second = world.arrange(lambda: story(world))
    priya = person("reviewer")

    def take(path: str, name: str) -> None:
        in_both_themes(priya.open(path), pictures, name)

    take("releases/", "releases")
    take(f"releases/{first.id}/", "release-frozen")
    take(f"releases/{second.id}/", "release-in-review")
    take(f"releases/{second.id}/?sign=reviewed", "release-sign")
    take("releases/policy/", "releases-policy")
    world.arrange(lambda: withdraw_release(caller=world.caller("editor"), release_id=second.id, reason="Not yet"))
    daniel = person("editor")
    daniel.open("releases/new/")
    in_both_themes(daniel.page, pictures, "releases-submit")


def test_pictures_of_proposals(person: Callable[..., Person], world: World, pictures: Path) -> None:
    world.arrange(lambda: _propose(world))
    mara = person("owner")
    mara.open("proposals/")
    in_both_themes(mara.page, pictures, "proposals")
    mara.open("proposals/1/")
    mara.page.keyboard.press("n")
    expect(mara.page.locator("[data-compare-target=number]")).to_have_text("1")
    in_both_themes(mara.page, pictures, "proposal-review")


def _propose(world: World) -> None:
    """P1 of Daniel with an approval and two comments, P2 of Priya with an objection, and a private one of Mara."""
    rules = {**rules_of(world.project.id).data(), "proposals": {"approvals": 2, "days": 7}}
    set_policy(caller=world.caller("owner"), project_id=world.project.id, rules=rules)
    text = get_draft(project_id=world.project.id, version=None).prompt_text or ""
    monitor = text.replace("Report to the sponsor", "Call the medical monitor, and report to the sponsor", 1)
    paragraph = text.replace("# Sources", "Answer in one paragraph, sources after it.\n\n# Sources", 1)
    first = _open_proposal(world, "editor", "Name the medical monitor in every escalation", monitor)
    second = _open_proposal(world, "reviewer", "Answer in one paragraph, sources after it", paragraph)
    units = {"prompt_text": text.replace("Never compute", "Write units as the protocol does. Never compute", 1)}
    facts: dict[str, Any] = {"title": "Units as the protocol writes them", "base_version": 12, "changes": units}
    create_proposal(caller=world.caller("owner"), project_id=world.project.id, **facts)
    place: dict[str, Any] = {"proposal_id": first.id, "round": 1, "target": "prompt_text"}
    line = 1 + next(at for at, each in enumerate(monitor.split("\n")) if "Call the medical monitor" in each)
    thread = comment_on_proposal(
        caller=world.caller("reviewer"),
        text="A coordinator reads this at night. Say where the name comes from.",
        anchor={"from_line": line, "to_line": line},
        **place,
    )
    answer_comment(caller=world.caller("editor"), comment_id=thread.id, text="The next round names the rota.")
    comment_on_proposal(caller=world.caller("reviewer"), text="Pharmacovigilance keeps the rota.", **place)
    vote_on_proposal(caller=world.caller("reviewer"), proposal_id=first.id, round=1, verdict="approve")
    facts = {"proposal_id": second.id, "round": 1, "verdict": "object"}
    vote_on_proposal(caller=world.caller("editor"), comment="One paragraph is too short for a grade 4 event.", **facts)


def _open_proposal(world: World, name: str, title: str, prompt: str) -> Proposal:
    facts: dict[str, Any] = {"title": title, "base_version": 12, "changes": {"prompt_text": prompt}}
    made = create_proposal(caller=world.caller(name), project_id=world.project.id, **facts)
    return submit_proposal(caller=world.caller(name), proposal_id=made.id)


def test_pictures_of_what_opens_over_the_page(person: Callable[..., Person], world: World, pictures: Path) -> None:
    daniel = person("editor")
    page = daniel.at_work()

    def take(name: str) -> None:
        in_both_themes(page, pictures, name)

    page.keyboard.press("ControlOrMeta+k")
    page.keyboard.type("se")
    expect(page.locator(".palette-row", has_text="Prompt, line").first).to_be_visible()
    take("palette")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="shortcuts").click()
    take("shortcuts")
    page.keyboard.press("Escape")

    for words, more in (("Never compute", " Nor from body surface."), ("Report to the sponsor", " of awareness")):
        daniel.line(words).click()
        page.keyboard.press("End")
        page.keyboard.type(more)
        daniel.expect_state("yours")
    expect(page.locator("[data-foot-target=kept]")).to_contain_text("Backed up")
    world.arrange(lambda: overtake(world))
    page.get_by_role("button", name="Review").click()
    expect(page.locator(".three-way-row")).to_have_count(3)
    take("merge")


def overtake(world: World) -> None:
    """Mara takes the prompt over and saves it, changing a line that Daniel changed too."""
    mara = world.writer("owner")
    text = get_draft(project_id=world.project.id, version=None).prompt_text or ""
    lock = take_over_lock(
        caller=mara.caller,
        project_id=world.project.id,
        session_id=mara.session,
        field="prompt_text",
        reason="The amendment cannot wait",
    )
    text = text.replace("Report to the sponsor", "Report to the sponsor and to the ethics committee")
    text = text.replace("no older than 14 days", "no older than 7 days")
    mara.save({"prompt_text": text}, lock, base=12, release_locks=True)


def test_a_phone(person: Callable[..., Person], pictures: Path) -> None:
    mara = person("owner", size=(390, 844))
    mara.at_work()
    mara.line("# Eligibility").click()
    mara.page.keyboard.type(" ")
    mara.expect_state("yours")
    expect(mara.page.locator(".ws-savebar")).to_contain_text("Unsaved")
    mara.page.screenshot(path=pictures / "phone-light.png", animations="disabled")


def test_pictures_of_being_told(person: Callable[..., Person], world: World, pictures: Path) -> None:
    world.arrange(lambda: _talk(world))
    daniel = person("editor")
    daniel.page.goto(f"{world.url}/inbox/")
    in_both_themes(daniel.page, pictures, "inbox")
    daniel.open("activity/")
    in_both_themes(daniel.page, pictures, "activity")


def _discuss(world: World) -> None:
    """Three threads on lines of the prompt, one of them answered, and two tasks."""
    threads = [
        _comment_on(world, by, quote, text)
        for by, quote, text in (
            ("owner", "say so, and name the sections", "Should it also say whom to ask? Monitors want a contact."),
            ("reviewer", "Discontinue per section 6.4.4.", "Please check every section number in Dosing."),
            ("reviewer", "the dose is flat", "Cite 6.1.2, otherwise this reads as our opinion."),
        )
    ]
    answer_comment(caller=world.caller("editor"), comment_id=threads[1].id, text="Done with v12. 6.5 stays as it was.")
    for text in ("Run the 40 sample questions against v12", "Have pharmacovigilance confirm the 24 hours"):
        create_task(
            caller=world.caller("owner"),
            project_id=world.project.id,
            text=text,
            assignee_id=world.people["editor"].id,
        )


def _comment_on(world: World, by: str, quote: str, text: str) -> Comment:
    lines = (get_draft(project_id=world.project.id, version=12).prompt_text or "").split("\n")
    line = next(number for number, words in enumerate(lines, start=1) if quote in words)
    return create_comment(
        caller=world.caller(by),
        project_id=world.project.id,
        version=12,
        target_field="prompt_text",
        text=text,
        anchor={"from_line": line, "to_line": line, "quote": quote},
    )


def _talk(world: World) -> None:
    """Things happen that concern Daniel."""
    name = world.people["editor"].username
    thread = create_comment(
        caller=world.caller("reviewer"),
        project_id=world.project.id,
        version=12,
        target_field="prompt_text",
        text=f"@{name} Cite 6.1.2, otherwise this reads as our opinion.",
    )
    answer_comment(caller=world.caller("editor"), comment_id=thread.id, text="Changed here. 6.5 stays as it was.")
    answer_comment(caller=world.caller("owner"), comment_id=thread.id, text="Confirmed with safety.")
    create_task(
        caller=world.caller("owner"),
        project_id=world.project.id,
        text="Section numbers follow amendment 4",
        assignee_id=world.people["editor"].id,
    )


def test_a_picture_of_a_proposal(person: Callable[..., Person], world: World, pictures: Path) -> None:
    before = prompt_of(world)
    proposed = before.replace("# Refusals\n", "# Refusals\nOne sentence each. Never give advice.\n")
    daniel = person("editor")
    page = open_proposal(daniel, staged(world, prompt_text=proposed))
    save(world, "owner", "prompt_text", f"{before}Never more than ten lines.\n")
    expect(daniel.bar("v13 changed Prompt.")).to_be_visible()
    page.locator(".outline-row", has_text="Refusals").click()
    expect(daniel.line("One sentence each.")).to_be_visible()
    in_both_themes(page, pictures, "proposing")
