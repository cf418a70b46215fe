"""Uploads: resumed after a reload, taken over by another window, paused, cancelled, refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Route, expect

from drafts.attachments.models import Upload
from tests.browser.giving import MIB, at_files, choose, download, files
from tests.browser.people import Person, World
from tests.browser.test_comments_and_tasks import tab


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
    # The first piece has arrived, and the second one waits for its answer.
    with page.expect_request(lambda request: request.headers.get("upload-offset") == str(4 * MIB)):
        choose(page, block, file)
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
