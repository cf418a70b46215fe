"""The pictures of the documentation; with `FOUNDRY_PICTURES=1` they replace those in `docs/pictures`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from drafts.comments.models import Comment
from drafts.comments.services import answer_comment, create_comment
from drafts.reading import get_draft
from drafts.tasks.services import create_task
from locking.services import take_over_lock
from publishing.services import withdraw_release
from tests.browser.people import Person, Scheme, World
from tests.browser.signers import story


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures(person: Callable[..., Person], world: World, pictures: Path, scheme: Scheme) -> None:
    pictures.mkdir(parents=True, exist_ok=True)
    world.arrange(lambda: _discuss(world))
    mara, daniel, priya = (person(name, scheme=scheme) for name in ("owner", "editor", "reviewer"))
    page = mara.at_work()
    daniel.at_work()
    priya.at_work(field="files/topology.yaml")

    def take(name: str, who: Person = mara) -> None:
        who.page.screenshot(path=pictures / f"{name}-{scheme}.png", animations="disabled")

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
    jonas = person("auditor", scheme=scheme)
    jonas.page.goto(f"{world.url}/admin/audit/event/?chain={world.project.id}")
    jonas.page.get_by_role("button", name="Verify now").click()
    jonas.page.locator("tr", has_text="v12: Prompt").get_by_role("link").first.click()
    expect(jonas.page.locator(".audit-facts")).to_contain_text("Matches")
    jonas.page.evaluate("scrollTo(0, 0)")
    take("audit", jonas)
    mara.sign_out()
    page.goto(f"{world.url}/accounts/login/")
    take("sign-in")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_of_releases(person: Callable[..., Person], world: World, pictures: Path, scheme: Scheme) -> None:
    pictures.mkdir(parents=True, exist_ok=True)
    first, second = world.arrange(lambda: story(world))
    priya = person("reviewer", scheme=scheme)

    def take(path: str, name: str) -> None:
        priya.open(path)
        priya.page.screenshot(path=pictures / f"{name}-{scheme}.png", animations="disabled")

    take("releases/", "releases")
    take(f"releases/{first.id}/", "release-frozen")
    take(f"releases/{second.id}/", "release-in-review")
    take(f"releases/{second.id}/?sign=reviewed", "release-sign")
    take("releases/policy/", "releases-policy")
    world.arrange(lambda: withdraw_release(caller=world.caller("editor"), release_id=second.id, reason="Not yet"))
    daniel = person("editor", scheme=scheme)
    daniel.open("releases/new/")
    daniel.page.screenshot(path=pictures / f"releases-submit-{scheme}.png", animations="disabled")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_of_what_opens_over_the_page(
    person: Callable[..., Person], world: World, pictures: Path, scheme: Scheme
) -> None:
    pictures.mkdir(parents=True, exist_ok=True)
    daniel = person("editor", scheme=scheme)
    page = daniel.at_work()

    def take(name: str) -> None:
        page.screenshot(path=pictures / f"{name}-{scheme}.png", animations="disabled")

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
    pictures.mkdir(parents=True, exist_ok=True)
    mara = person("owner", size=(390, 844))
    mara.at_work()
    mara.line("# Eligibility").click()
    mara.page.keyboard.type(" ")
    mara.expect_state("yours")
    expect(mara.page.locator(".ws-savebar")).to_contain_text("Unsaved")
    mara.page.screenshot(path=pictures / "phone-light.png", animations="disabled")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_of_being_told(person: Callable[..., Person], world: World, pictures: Path, scheme: Scheme) -> None:
    pictures.mkdir(parents=True, exist_ok=True)
    world.arrange(lambda: _talk(world))
    daniel = person("editor", scheme=scheme)
    daniel.page.goto(f"{world.url}/inbox/")
    daniel.page.screenshot(path=pictures / f"inbox-{scheme}.png", animations="disabled")
    daniel.open("activity/")
    daniel.page.screenshot(path=pictures / f"activity-{scheme}.png", animations="disabled")


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
