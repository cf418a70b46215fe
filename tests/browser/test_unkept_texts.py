"""What the server does not take while it is typed: the page says so, this browser keeps it, for its writer alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Dialog, Page, WebSocket, WebSocketRoute, expect

from locking.models import Lease, WorkingCopy
from locking.services import take_over_lock
from tests.browser.people import Person, World

NUL, HALF = "\0", "\ud83d"
PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", JSON.parse(text));
  document.querySelector(".cm-content").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
SPARE_TEXTS = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open("foundry", 1);
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const asking = opening.result.transaction("spare-texts").objectStore("spare-texts").getAll();
    asking.onsuccess = () => { opening.result.close(); resolve(asking.result.map(({ content }) => content.length)); };
  };
})"""


def paste(page: Page, text: str) -> None:
    page.evaluate(PASTE, json.dumps(text))


def kept(world: World, words: str) -> bool:
    return WorkingCopy.objects.filter(lease__project=world.project, content__startswith=words).exists()


def answering(page: Page) -> list[str]:
    """Say yes to every question; the answer fills with what kinds of questions came."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    return asked


@pytest.mark.parametrize(
    ("bad", "words"),
    [(NUL, "Line 1, column 7 contains a NUL character"), (HALF, "Line 1, column 7 contains an incomplete character")],
)
def test_a_text_that_cannot_be_kept_says_where_survives_a_reload_and_is_mended_by_a_click(
    person: Callable[..., Person], world: World, bad: str, words: str
) -> None:
    mara = person("owner")
    page = mara.at_work()
    asked = answering(page)
    mara.write("First ")
    world.until(lambda: kept(world, "First "))
    paste(page, f"{bad}second ")
    bar = mara.bar("Prompt cannot be saved.")
    expect(bar).to_contain_text(f"{words}, which cannot be stored. They are kept in this browser only.")
    expect(page.locator("[data-foot-target=kept]")).to_have_text("Not backed up")
    page.keyboard.press("ControlOrMeta+s")
    expect(page.get_by_role("button", name="Save as v13").first).to_be_disabled()

    page.reload()
    assert asked == ["beforeunload"]
    expect(bar).to_contain_text(words)
    expect(mara.line("second")).to_be_visible()
    bar.get_by_role("button", name="Remove the character").click()
    expect(bar).to_be_hidden()
    world.until(lambda: kept(world, "First second "))
    expect(page.locator("[data-foot-target=kept]")).to_contain_text("Backed up")
    assert page.evaluate(SPARE_TEXTS) == []
    page.reload()
    assert asked == ["beforeunload"]
    expect(mara.line("First second")).to_be_visible()


def test_a_text_over_the_limit_says_how_far_it_fits(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.at_work()
    asked = answering(page)
    mara.take()
    page.keyboard.press("ControlOrMeta+a")
    paste(page, ("ä" * 499 + "\n") * 1100)
    bar = mara.bar("Prompt cannot be saved.")
    expect(bar).to_contain_text("It has 1,098,900 bytes; the limit of 1,048,576 is exceeded in line 1050.")
    bar.get_by_role("button", name="Go to it").click()
    expect(page.locator("[data-foot-target=place]")).to_contain_text("Ln 1050")
    page.close(run_before_unload=True)
    page.wait_for_event("close")
    assert asked == ["beforeunload"]


def leave(person: Person, world: World) -> None:
    """Go away from the page; the server soon frees what it held."""
    person.page.goto("about:blank")
    world.until(lambda: not Lease.objects.open().filter(project=world.project).exists())


def discard(person: Person) -> None:
    """Discard the text that is offered, and wait until it is no more."""
    bar = person.bar("Unsaved changes from")
    bar.evaluate("bar => { bar.dataset.discarded = 'true' }")
    bar.get_by_role("button", name="Discard…").click()
    person.page.get_by_role("button", name="Discard them").click()
    expect(person.page.locator(".bar[data-discarded]")).to_have_count(0)


def test_a_text_in_the_browser_is_offered_to_its_writer_alone(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.at_work()
    answering(page)
    mara.write("Private ")
    paste(page, NUL)
    expect(mara.bar("Prompt cannot be saved.")).to_be_visible()
    leave(mara, world)

    def sign_in(name: str) -> None:
        page.context.clear_cookies()
        cookie = world.session_of(name)
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": world.url}])
        mara.at_work()

    sign_in("editor")
    mara.expect_state("free")
    expect(page.locator(".ws-bars .bar")).to_have_count(0)
    sign_in("owner")
    mara.bar("Unsaved changes from").get_by_role("button", name="Review").click()
    expect(page.locator(".cm-merge-b")).to_contain_text("Private ")


def test_what_the_browser_kept_after_the_server_is_offered_in_its_place(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    page = mara.at_work()
    answering(page)
    mara.write("Priv")
    world.until(lambda: kept(world, "Priv"))
    expect(page.locator("[data-foot-target=kept]")).to_contain_text("Backed up")
    page.keyboard.type("ate words")
    paste(page, NUL)
    expect(mara.bar("Prompt cannot be saved.")).to_be_visible()
    leave(mara, world)
    assert world.arrange(lambda: kept(world, "Priv"))

    mara.at_work()
    mara.bar("Unsaved changes from").get_by_role("button", name="Review").click()
    expect(page.locator(".cm-merge-b")).to_contain_text("Private words")
    page.keyboard.press("Escape")
    discard(mara)
    # What the server had was the same text, earlier.
    expect(mara.bar("Unsaved changes from")).to_have_count(0)
    world.until(lambda: not kept(world, ""))
    assert page.evaluate(SPARE_TEXTS) == []


def test_what_the_server_kept_after_the_browser_is_offered_first_and_the_other_next(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    page = mara.at_work()
    answering(page)
    mara.write("Set aside")
    paste(page, NUL)
    expect(mara.bar("Prompt cannot be saved.")).to_be_visible()
    page.get_by_role("button", name="Stop editing").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop editing").click()
    mara.expect_state("free")
    mara.write("Written later ")
    world.until(lambda: kept(world, "Written later "))
    expect(page.locator("[data-foot-target=kept]")).to_contain_text("Backed up")
    leave(mara, world)

    mara.at_work()
    for words in ("Written later", "Set aside"):
        mara.bar("Unsaved changes from").get_by_role("button", name="Review").click()
        expect(page.locator(".cm-merge-b")).to_contain_text(words)
        page.keyboard.press("Escape")
        discard(mara)
    expect(mara.bar("Unsaved changes from")).to_have_count(0)
    assert page.evaluate(SPARE_TEXTS) == []


def test_a_put_that_is_refused_for_a_while_says_so_and_is_tried_again(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    refusing = [True]

    def between(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            request = json.loads(message)
            if refusing and request["method"] == "working_copy.put":
                problem = {"code": "rate_limited", "status": 429, "title": "", "detail": "Too much.", "retry_after": 1}
                error = {"code": 429, "message": "", "data": problem}
                socket.send(json.dumps({"jsonrpc": "2.0", "id": request["id"], "error": error}))
            else:
                server.send(message)

        socket.on_message(pass_on)

    mara.page.route_web_socket("**/ws/projects/**", between)
    mara.at_work()
    mara.write("Patient. ")
    bar = mara.bar("Your changes to Prompt are not backed up.")
    expect(bar).to_contain_text("Too much. They are kept in this browser only.")
    refusing.clear()
    expect(bar).to_be_hidden()
    world.until(lambda: kept(world, "Patient. "))


def test_the_last_words_before_a_lock_is_lost_are_kept(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    page = daniel.at_work()
    daniel.write("Mine. ")
    expect(page.locator("[data-foot-target=kept]")).to_contain_text("Backed up")
    page.keyboard.insert_text("And the last words. ")
    world.arrange(
        lambda: take_over_lock(
            caller=world.caller("owner"),
            project_id=world.project.id,
            session_id=world.writer("owner").session,
            field="prompt_text",
            reason="Urgent",
        )
    )
    expect(daniel.bar("Mara Lindqvist took over Prompt: “Urgent”.")).to_be_visible()
    world.until(lambda: kept(world, "Mine. And the last words. "))


def test_writing_without_keys_keeps_the_lock(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    sockets: list[WebSocket] = []

    def opened(socket: WebSocket) -> None:
        sockets.append(socket)

    mara.page.on("websocket", opened)
    page = mara.at_work()
    mara.take()
    now = timezone.now()
    for step in range(13):
        page.clock.set_fixed_time(now + timedelta(seconds=30 * step))
        with sockets[-1].expect_event("framereceived"):
            # As dictation and input methods write: an input, and no key.
            page.keyboard.insert_text("spoken ")
    sockets[-1].wait_for_event("framesent", lambda frame: "lock.renew" in str(frame))
    mara.expect_state("yours")
