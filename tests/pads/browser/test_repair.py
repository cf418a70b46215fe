"""A page whose text went apart from the server's gets it again; whoever signs out leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import WebSocketRoute, expect

from tests.browser.people import Person
from tests.pads.browser.conftest import NO_LINE, Pads, PadWindow

Open = Callable[..., PadWindow]

# How much this browser keeps of what was not sent.
KEPT = """() => new Promise((resolve) => {
    const opening = indexedDB.open("foundry.pads", 1);
    opening.onsuccess = () => {
        const { result } = opening;
        const names = [...result.objectStoreNames];
        if (!names.length) return resolve(0);
        const transaction = result.transaction(names);
        const asking = names.map((name) => transaction.objectStore(name).count());
        transaction.oncomplete = () => { result.close(); resolve(asking.reduce((sum, one) => sum + one.result, 0)); };
    };
})"""


def test_a_page_that_went_apart_is_repaired(pads: Pads, open_pad: Open, person: Callable[..., Person]) -> None:
    pad = pads.make()
    sent: list[Any] = []
    waiting: list[Callable[[], None]] = []

    def through(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def from_page(frame: Any) -> None:
            sent.append(frame)
            # The text is asked for again: that waits until something was typed meanwhile.
            if any("pad.differs" in str(each) for each in sent) and '"pad.open"' in str(frame) and not waiting:
                waiting.append(lambda: server.send(frame))
            else:
                server.send(frame)

        socket.on_message(from_page)
        # What comes is another text than the one that the server has.
        server.on_message(lambda frame: socket.send(str(frame).replace('"insert":"right"', '"insert":"wrong"')))

    mara = person("owner")
    mara.page.route_web_socket("**/ws/projects/**", through)
    window = PadWindow(mara.open(f"pads/{pad.id}/"), mara)
    daniel = open_pad("editor", pad)
    daniel.text.focus()
    daniel.page.keyboard.insert_text("right")
    pads.until(pad, "right")
    mara.page.wait_for_function("() => true")
    expect(window.kept).to_contain_text("All kept")
    # The checksum of the next `pad.head` says that something is wrong here.
    for _round in range(200):
        if waiting:
            break
        mara.page.wait_for_timeout(100)
    assert any("pad.differs" in str(frame) for frame in sent)
    window.write(" again")
    assert window.shown() == "right again"
    waiting[0]()
    for each in (window, daniel):
        each.expect_text("right again")
    pads.until(pad, "right again")


def test_signing_out_deletes_what_was_not_sent(pads: Pads, open_pad: Open) -> None:
    pad = pads.make()
    daniel = open_pad("editor", pad)
    daniel.write("kept ")
    pads.until(pad, "kept ")
    daniel.window.expected.append(NO_LINE)
    daniel.offline(True)
    expect(daniel.kept).to_contain_text("Offline")
    daniel.write("unsent")
    expect(daniel.kept).to_contain_text("6 changes on their way")
    daniel.page.wait_for_function(f"async () => (await ({KEPT})()) >= 6")
    daniel.page.close(run_before_unload=False)
    daniel.offline(False)
    tab = daniel.window.another_tab(f"/projects/{pads.world.project.id}/members/")
    assert tab.evaluate(KEPT) >= 6
    tab.get_by_role("button", name="Account of Daniel Okafor").click()
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.locator("input[name=password]")).to_be_visible()
    assert tab.evaluate(KEPT) == 0
