"""Files beside the record: pasted, dropped, chosen; resumed after a reload; removed for a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, Route, expect

from drafts.attachments.models import Attachment, Upload
from drafts.attachments.services import attach_file
from proposals.models import Proposal
from tests.browser.people import Person, Scheme, World
from tests.browser.test_accessible import TOO_WIDE, violations
from tests.browser.test_comments_and_tasks import tab
from tests.browser.test_reviewing_proposals import opened
from tests.drafts.attachments.files import upload

MIB = 1024 * 1024
WINDOWS = [("light", (1440, 900)), ("dark", (390, 844))]
# A picture is drawn in the page, and comes as the clipboard or a folder would give it.
GIVE = """async ([selector, type, names]) => {
  const canvas = document.createElement("canvas");
  const picture = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const data = new DataTransfer();
  for (const name of names) data.items.add(new File([picture], name, {type: "image/png"}));
  const how = {bubbles: true, cancelable: true};
  const event = type === "paste" ? new ClipboardEvent(type, {clipboardData: data, ...how})
    : new DragEvent(type, {dataTransfer: data, ...how});
  document.querySelector(selector).dispatchEvent(event);
}"""


def give(page: Page, selector: str, how: str, *names: str) -> None:
    page.evaluate(GIVE, [selector, how, list(names)])


def files(page: Page, of: str = "On the project") -> Locator:
    return page.get_by_role("region", name=of)


def choose(page: Page, block: Locator, *paths: Path) -> None:
    with page.expect_file_chooser() as chooser:
        block.get_by_role("button", name="Add…").click()
    chooser.value.set_files(list(paths))


def download(block: Locator, name: str) -> Locator:
    return block.get_by_role("link", name=f"Download {name}")


def at_files(who: Person) -> Locator:
    page = who.at_work()
    tab(page, "Attachments")
    return files(page)


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


def test_an_upload_goes_on_after_a_reload_where_it_was(person: Callable[..., Person], tmp_path: Path) -> None:
    file, other = tmp_path / "scan.bin", tmp_path / "other.bin"
    file.write_bytes(bytes(6 * MIB))
    other.write_bytes(b"another one")
    mara = person("owner")
    block = at_files(mara)
    page = mara.page
    sent: list[str] = []

    def lose_the_second(route: Route) -> None:
        if route.request.method == "PATCH":
            sent.append(route.request.headers["upload-offset"])
            # The line is lost: this one never arrives, and the reload ends it.
            if len(sent) == 2:
                return
        route.continue_()

    page.route("**/api/v1/uploads/*/", lose_the_second)
    choose(page, block, file)
    expect(block.locator(".attachment-facts > small")).to_contain_text("% of 6 MiB")
    # The first piece has arrived, and the second one waits for its answer.
    expect(block.locator(".is-uploading")).to_contain_text("66 % of 6 MiB")
    page.reload()
    tab(page, "Attachments")
    row = files(page).locator(".is-uploading")
    expect(row).to_contain_text("Paused at 4 MiB of 6 MiB. Choose the file again to resume.")

    with page.expect_file_chooser() as chooser:
        row.get_by_role("button", name="Resume scan.bin").click()
    chooser.value.set_files(other)
    expect(row).to_contain_text("This is another file. Choose scan.bin as it was.")
    with page.expect_file_chooser() as chooser:
        row.get_by_role("button", name="Resume scan.bin").click()
    chooser.value.set_files(file)
    expect(download(files(page), "scan.bin")).to_be_visible()
    assert sent == ["0", str(4 * MIB), str(4 * MIB)]
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('foundry.upload.'))") == []


def test_an_upload_that_has_expired_says_so_until_it_is_put_away(
    person: Callable[..., Person], world: World, tmp_path: Path
) -> None:
    file = tmp_path / "scan.bin"
    file.write_bytes(bytes(6 * MIB))
    mara = person("owner")
    # How the server says that it has no such upload.
    mara.expected.append("status of 404")
    block, page = at_files(mara), mara.page
    page.route("**/api/v1/uploads/*/", lambda route: None if route.request.method == "PATCH" else route.continue_())
    with page.expect_request(lambda request: request.method == "PATCH"):
        choose(page, block, file)
    begun = Upload.objects.filter(project=world.project)
    world.arrange(lambda: begun.update(expires_at=timezone.now()))
    row = files(page).locator(".is-uploading")
    for _visit in range(2):
        page.reload()
        tab(page, "Attachments")
        expect(row).to_contain_text("Not attached: the upload was not finished within 24 hours.")
        expect(row.get_by_role("button", name="Resume scan.bin")).to_be_hidden()
    row.get_by_role("button", name="Cancel scan.bin").click()
    expect(row).to_have_count(0)
    page.reload()
    tab(page, "Attachments")
    expect(files(page).get_by_role("button", name="Add…")).to_be_visible()
    expect(files(page).locator(".is-uploading")).to_have_count(0)
    page.unroute_all(behavior="ignoreErrors")


def test_a_window_takes_over_an_upload_of_another_that_is_closed(person: Callable[..., Person], tmp_path: Path) -> None:
    file = tmp_path / "large.bin"
    file.write_bytes(bytes(MIB))
    mara = person("owner")
    block, sends = at_files(mara), mara.page
    sends.route("**/api/v1/uploads/*/", lambda route: None)
    with sends.expect_request(lambda request: request.method == "PATCH"):
        choose(sends, block, file)
    expect(block.get_by_role("button", name="Pause large.bin")).to_be_visible()
    waits = sends.context.new_page()
    waits.goto(mara.world.address + "?panel=attachments")
    expect(files(waits).get_by_role("button", name="Add…")).to_be_visible()
    row = files(waits).locator(".is-uploading")
    expect(row).to_have_count(0)
    # A page that is closed at once lets go of what its routes hold back, and it would arrive.
    sends.goto("about:blank")
    sends.close()
    expect(row).to_contain_text("Paused at 0 KiB of 1 MiB")


def test_an_upload_is_paused_and_cancelled_by_keyboard(person: Callable[..., Person], tmp_path: Path) -> None:
    file = tmp_path / "large.bin"
    file.write_bytes(bytes(20 * MIB))
    mara = person("owner")
    block, page = at_files(mara), mara.page
    page.route("**/api/v1/uploads/*/", lambda route: route.continue_() if route.request.method == "DELETE" else None)
    # The server has begun the upload; before that there is nothing that could be ended there.
    with page.expect_request(lambda request: request.method == "PATCH"):
        choose(page, block, file)
    block.get_by_role("button", name="Pause large.bin").focus()
    page.keyboard.press("Enter")
    expect(block.get_by_role("button", name="Resume large.bin")).to_be_focused()
    expect(block.locator(".is-uploading")).to_contain_text("Paused at 0")
    page.keyboard.press("Tab")
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as ended:
        page.keyboard.press("Enter")
    assert ended.value.status == 204
    expect(block.get_by_role("button", name="Add…")).to_be_focused()
    page.unroute_all(behavior="ignoreErrors")


def test_an_upload_that_is_cancelled_while_the_server_begins_it_is_ended_there(
    person: Callable[..., Person], tmp_path: Path
) -> None:
    file = tmp_path / "large.bin"
    file.write_bytes(bytes(MIB))
    mara = person("owner")
    block, page = at_files(mara), mara.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/projects/*/uploads/", hold)
    with page.expect_request(lambda request: request.method == "POST"):
        choose(page, block, file)
    block.get_by_role("button", name="Cancel large.bin").click()
    expect(block.locator(".is-uploading")).to_have_count(0)
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as ended:
        held[0].continue_()
    assert ended.value.status == 204


def test_what_is_too_large_is_said_before_a_byte_moves(person: Callable[..., Person], tmp_path: Path) -> None:
    file = tmp_path / "trial-photos.zip"
    file.write_bytes(bytes(3000))
    mara = person("owner")
    block, page = at_files(mara), mara.page
    sent = []
    page.on("request", lambda request: sent.append(request) if "/uploads/" in request.url else None)
    block.evaluate("(block) => (block.dataset.attachmentsLimitValue = '2048')")
    choose(page, block, file)
    expect(block.locator(".is-uploading")).to_contain_text("3 KiB; a file can have at most 2 KiB")
    assert sent == []
    block.get_by_role("button", name="Cancel trial-photos.zip").click()
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
