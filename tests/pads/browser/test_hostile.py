"""What somebody leaves for others in a pad, or in the browser, with bad intent or by signing out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from playwright.sync_api import Page, WebSocketRoute, expect

from kernel.crdt.edits import Edit
from locking.sessions import open_session
from stages.pads.models import Pad
from stages.pads.services import edit_pad
from tests.browser.people import Person, World
from tests.browser.test_one_account_at_a_time import FOREIGN, sign_out_elsewhere
from tests.pads.browser.conftest import SHOWN, Pads, PadWindow

Open = Callable[..., PadWindow]

SCRIPT = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>'\"`${1}{{2}}"
# Everything that this browser keeps of pads.
KEPT = """() => new Promise((resolve) => {
    const opening = indexedDB.open("foundry.pads", 1);
    opening.onsuccess = () => {
        const found = opening.result.transaction(["texts", "updates"]);
        const asked = ["texts", "updates"].map((name) => found.objectStore(name).getAll());
        found.oncomplete = () => {
            opening.result.close();
            resolve(asked.flatMap(({ result }) => result).length);
        };
    };
})"""


def hold_back_updates(page: Page) -> None:
    """What is typed leaves the page and never arrives."""

    def connected(line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        line.on_message(lambda text: None if '"pad.update"' in str(text) else server.send(text))

    page.route_web_socket(re.compile("/ws/"), connected)


def test_nothing_unsent_is_left_in_the_browser_for_the_next_account(
    pads: Pads, person: Callable[..., Person], world: World
) -> None:
    pad, daniel = pads.make(), person("editor")
    daniel.expected.append(FOREIGN)
    daniel.page.clock.install()
    hold_back_updates(daniel.page)
    window = PadWindow(daniel.open(f"pads/{pad.id}/"), daniel)
    window.write("nobody else's business")
    daniel.page.wait_for_function(f"async () => (await ({KEPT})()) >= 2")
    tab = sign_out_elsewhere(daniel)
    # The first tab is still there, and has not sent it.
    expect(window.page.locator(".pad-page")).to_have_attribute("data-line", "ended")
    daniel.becomes("owner")
    tab.goto(f"{world.url}/projects/{world.project.id}/pads/")
    # The first tab would keep its text again each second.
    daniel.page.clock.run_for(3_000)
    assert tab.evaluate(KEPT) == 0
    assert pads.text(pad) == ""


def test_what_is_typed_arrives_although_the_clock_is_set_back(pads: Pads, person: Callable[..., Person]) -> None:
    pad, daniel = pads.make(), person("editor")
    daniel.page.clock.install()
    window = PadWindow(daniel.open(f"pads/{pad.id}/"), daniel)
    window.write("before ")
    pads.until(pad, "before ")
    daniel.page.clock.set_system_time("2019-01-01T00:00:00Z")
    window.write("after")
    pads.until(pad, "before after")


def typed(world: World, pad: Pad, by: str, text: str) -> None:
    """Somebody writes by a program."""
    caller = world.caller(by)

    def write() -> Any:
        opened = open_session(caller=caller, project_id=pad.project_id, connected=False)
        given: dict[str, Any] = {
            "pad_id": pad.id,
            "revision": Pad.objects.get(pk=pad.id).head,
            "edits": (Edit(0, 0, text),),
        }
        return edit_pad(caller=replace(caller, session_id=opened.session_id), **given)

    world.arrange(write)


def test_names_and_texts_are_shown_as_they_are(pads: Pads, open_pad: Open, world: World) -> None:
    pad = pads.make(name=SCRIPT[:120])
    heading = f"# {' ' * 100_000}x"
    typed(world, pad, "editor", f"{heading}\n# {SCRIPT}\n{SCRIPT}\n")
    mara = open_pad("owner", pad)
    expect(mara.page.locator(".outline-row")).to_have_count(2)
    daniel = open_pad("editor", pad)
    daniel.write("on")
    # It is below the part of the long line that her window draws.
    mara.page.wait_for_function(f"() => {SHOWN}.endsWith('on')")
    for path in ("", "history/", "history/?at=1&show=text", "history/?at=%3Cscript%3E", "new/?field=%3Cscript%3E"):
        address = f"pads/{pad.id}/{path}" if not path.startswith("new") else f"pads/{path}"
        mara.window.expected.append("Failed to load resource")
        mara.window.open(address)
        assert mara.page.title() != "taken"
        assert mara.page.locator("img[src=x]").count() == 0
    mara.window.open("pads/")
    expect(mara.page.locator(".pad-row").first).to_contain_text("<img src=x")
    mara.window.open(f"pads/{pad.id}/promote/?revision=1&part=all&form")
    assert mara.page.locator("img[src=x]").count() == 0
