"""Files beside the record: pasted, dropped, chosen; resumed after a reload; removed for a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from drafts.attachments.models import Attachment
from drafts.attachments.services import attach_file
from proposals.models import Proposal
from tests.browser.contexts import Scheme
from tests.browser.giving import MIB, at_files, choose, download, files, give
from tests.browser.people import Person, World
from tests.browser.test_accessible import TOO_WIDE, violations
from tests.browser.test_reviewing_proposals import opened
from tests.drafts.attachments.files import upload

WINDOWS = [("light", (1440, 900)), ("dark", (390, 844))]


def test_a_picture_is_pasted_into_a_comment_and_seen_by_others(person: Callable[..., Person]) -> None:
    priya, daniel = person("reviewer"), person("editor")
    page = priya.at_work()
    daniel.at_work()
    page.get_by_label("Comment", exact=True).fill("As on the whiteboard.")
    give(page, ".composer textarea", "paste", "image.png")
    expect(page.get_by_role("list", name="Files of your comment")).to_contain_text("attached when you send")
    page.keyboard.press("ControlOrMeta+Enter")
    for one in (page, daniel.page):
        thread = one.locator(".thread", has_text="As on the whiteboard.")
        expect(thread.get_by_role("link", name="Download picture-")).to_be_visible()
    expect(page.get_by_role("list", name="Files of your comment")).to_be_hidden()


def test_a_file_for_a_reply_stays_with_that_reply(person: Callable[..., Person]) -> None:
    page = person("reviewer").at_work()
    text, begun = page.get_by_label("Comment", exact=True), page.get_by_role("list", name="Files of your comment")
    text.fill("First.")
    page.keyboard.press("ControlOrMeta+Enter")
    first = page.locator(".thread", has_text="First.")
    first.click()
    first.get_by_role("button", name="Reply").click()
    give(page, ".composer textarea", "paste", "image.png")
    expect(begun).to_contain_text("attached when you send")
    # As after a reload, at which the composer begins as a comment of its own.
    page.reload()
    expect(first).to_be_visible()
    expect(begun).to_be_hidden()
    text.fill("Second.")
    page.keyboard.press("ControlOrMeta+Enter")
    second = page.locator(".thread", has_text="Second.")
    expect(second).to_be_visible()
    first.click()
    first.get_by_role("button", name="Reply").click()
    expect(begun).to_contain_text("attached when you send")
    text.fill("With a picture.")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(first.get_by_role("link", name="Download picture-")).to_be_visible()
    expect(second.get_by_role("link", name="Download picture-")).to_have_count(0)
    expect(begun).to_be_hidden()


def test_comments_on_a_round_take_files_wherever_they_are_written(person: Callable[..., Person], world: World) -> None:
    opened(world)
    page, other = person("reviewer").open("proposals/1/"), person("editor").open("proposals/1/")
    page.get_by_label("Comment on P1").fill("As on the whiteboard.")
    give(page, ".proposal-composer textarea", "paste", "image.png")
    expect(page.locator(".proposal-composer")).to_contain_text("attached when you send")
    page.locator(".proposal-composer").get_by_role("button", name="Comment").click()
    for one in (page, other):
        thread = one.locator(".conversation .thread", has_text="As on the whiteboard.")
        expect(download(thread, "picture-")).to_be_visible()
    expect(page.locator(".proposal-composer .is-uploading")).to_have_count(0)

    page.locator("td.lines-new", has_text="2").first.click()
    page.get_by_label("Comment on line 2").fill("How brief?")
    give(page, ".line-talk-form", "drop", "brief.png")
    expect(page.locator(".line-talk-form")).to_contain_text("attached when you send")
    page.locator(".line-talk-form").get_by_role("button", name="Comment").click()
    for one in (page, other):
        expect(download(one.locator(".line-talk .thread"), "brief.png")).to_be_visible()

    answering = other.locator(".line-talk .thread")
    answering.locator("summary", has_text="Reply").click()
    answering.get_by_label("Reply").fill("Three sentences.")
    give(other, ".line-talk .answer form", "paste", "three.png")
    expect(answering.get_by_role("button", name="Attach files")).to_be_visible()
    expect(answering).to_contain_text("attached when you send")
    answering.get_by_role("button", name="Send reply").click()
    for one in (page, other):
        expect(download(one.locator(".line-talk .thread-reply"), "three.png")).to_be_visible()
    of_comments = Attachment.objects.filter(project=world.project, subject_type="comment")
    assert world.arrange(of_comments.count) == 3


def test_a_comment_on_a_difference_of_versions_takes_files(person: Callable[..., Person]) -> None:
    page = person("reviewer").open("compare/?base=11&target=12")
    page.locator("td.lines-new:not(:empty)").first.click()
    page.locator(".line-talk textarea").fill("Is this from amendment 4?")
    give(page, ".line-talk-form", "paste", "amendment.png")
    expect(page.locator(".line-talk-form")).to_contain_text("attached when you send")
    page.locator(".line-talk-form").get_by_role("button", name="Comment").click()
    expect(download(page.locator(".line-talk .thread"), "amendment.png")).to_be_visible()


def test_several_files_are_dropped_on_a_version(person: Callable[..., Person]) -> None:
    page = person("reviewer").open("versions/11/")
    give(page, ".attachments", "drop", "one.png", "two.png", 'th:ree".png')
    block = files(page, "Attachments")
    for name in ("one.png", "two.png", "th_ree_.png"):
        expect(download(block, name)).to_be_visible()
    expect(block.locator(".is-uploading")).to_have_count(0)


def attached(world: World, name: str = "report.pdf", *, proposal: Proposal | None = None) -> Attachment:
    """A file of the owner's on the project, or on a proposal."""

    def make() -> Attachment:
        caller = world.caller("owner")
        made = upload(caller, world.project, b"%PDF-1.7 a report")
        return attach_file(
            caller=caller,
            project_id=world.project.id,
            upload_id=made.id,
            subject_type="proposal" if proposal else "project",
            subject_id=proposal.id if proposal else world.project.id,
            name=name,
        )

    return world.arrange(make)  # type: ignore[no-any-return]


def test_a_file_is_removed_for_a_reason_and_gone_for_others(person: Callable[..., Person], world: World) -> None:
    attached(world)
    mara, priya = person("owner"), person("reviewer")
    block, others = at_files(mara), at_files(priya)
    expect(download(others, "report.pdf")).to_be_visible()
    expect(others.get_by_role("button", name="Remove report.pdf…")).to_have_count(0)
    block.get_by_role("button", name="Remove report.pdf…").click()
    dialog = mara.page.get_by_role("dialog", name="Remove report.pdf?")
    dialog.get_by_label("Reason").fill("It names a patient")
    mara.page.keyboard.press("Enter")
    expect(mara.toast("report.pdf is removed.")).to_be_visible()
    for one in (block, others):
        expect(download(one, "report.pdf")).to_have_count(0)


def test_the_page_of_a_proposal_shows_what_is_attached_meanwhile(person: Callable[..., Person], world: World) -> None:
    proposal = opened(world, prompt_text="A proposed prompt.\n")
    page = person("reviewer").open(f"proposals/{proposal.number}/")
    block = files(page, "Attachments")
    expect(block).to_be_visible()
    attached(world, "meanwhile.pdf", proposal=proposal)
    expect(download(block, "meanwhile.pdf")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 1440])
def test_the_tabs_of_the_panel_are_all_in_sight(person: Callable[..., Person], width: int) -> None:
    page = person("owner", size=(width, 800)).at_work()
    tabs = page.locator(".panel-tabs [role=tab]")
    for each in tabs.all():
        each.click()
        expect(each).to_have_attribute("aria-selected", "true")
        for one in tabs.all():
            expect(one).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(("scheme", "size"), WINDOWS)
def test_everybody_can_use_it(
    person: Callable[..., Person], world: World, tmp_path: Path, scheme: Scheme, size: tuple[int, int]
) -> None:
    attached(world, "a-report-with-a-very-long-name-that-goes-on-and-on-and-on-until-nobody-reads-it.pdf")
    page = person("owner", scheme=scheme, size=size).open("versions/11/")
    file = tmp_path / "large.bin"
    file.write_bytes(bytes(MIB))
    # Its bytes wait to the end of the test, on the next page too.
    page.route("**/api/v1/uploads/*/", lambda route: None if route.request.method == "PATCH" else route.continue_())
    choose(page, files(page, "Attachments"), file)
    expect(page.get_by_role("button", name="Pause large.bin")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate(TOO_WIDE) <= 0
    page.goto(world.address + "?panel=attachments")
    if size[0] < 768:
        page.evaluate("document.querySelector('.ws').dataset.view = 'panel'")
    expect(download(files(page), "a-report")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate(TOO_WIDE) <= 0
