"""Many changes at once, and many people in one pad."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.pads.browser.conftest import NO_LINE, Pads, PadWindow

Open = Callable[..., PadWindow]

# Another socket of the page's account for each caret: opens the pad, and puts its caret at a place.
MORE_WRITERS = """async ([pad, project, count]) => {
    const address = `${location.origin.replace("http", "ws")}/ws/projects/${project}/`;
    window.more = await Promise.all([...Array(count).keys()].map((at) => new Promise((resolve) => {
        const socket = new WebSocket(address, ["foundry.v1"]);
        const send = (id, method, params) => socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
        socket.onmessage = ({ data }) => {
            const frame = JSON.parse(data);
            if (frame.method === "snapshot") send(1, "pad.open", { pad_id: pad, dialect: "text" });
            if (frame.id === 1) {
                const { revision } = frame.result;
                send(2, "pad.cursor", { pad_id: pad, revision, anchor: at, head: at });
            }
            if (frame.id === 2) resolve(socket);
        };
    })));
}"""


def test_a_change_at_thousands_of_places_reaches_everybody(pads: Pads, open_pad: Open) -> None:
    pad = pads.make()
    daniel, mara = open_pad("editor", pad), open_pad("owner", pad)
    lines = 2_500
    # Chromium would insert lines that are typed one after the other, and lay out all of them each time.
    daniel.page.evaluate(
        """text => document.querySelector(".cm-content").cmTile.view.dispatch({
            changes: { from: 0, insert: text }, userEvent: "input.paste",
        })""",
        "a\n" * lines,
    )
    mara.expect_text("a\n" * lines)
    daniel.page.evaluate(
        """() => {
            const view = document.querySelector(".cm-content").cmTile.view;
            const changes = [];
            for (let at = 0; at < view.state.doc.length; at += 2) changes.push({ from: at, to: at + 1, insert: "bc" });
            view.dispatch({ changes, userEvent: "input.replace.all" });
        }"""
    )
    for window in (daniel, mara):
        window.expect_text("bc\n" * lines)
    pads.until(pad, "bc\n" * lines)
    expect(daniel.kept).to_contain_text("All kept")
    expect(daniel.page.locator(".ws-bars .bar")).to_have_count(0)


def test_thousands_of_changes_of_an_offline_hour_are_sent(pads: Pads, open_pad: Open) -> None:
    pad = pads.make()
    daniel = open_pad("editor", pad)
    daniel.write("x")
    pads.until(pad, "x")
    daniel.window.expected.append(NO_LINE)
    daniel.offline(True)
    expect(daniel.kept).to_contain_text("Offline")
    daniel.page.evaluate(
        """() => {
            const view = document.querySelector(".cm-content").cmTile.view;
            for (let at = 0; at < 2100; at += 1) {
                view.dispatch({ changes: { from: 0, insert: String(at % 10) }, userEvent: "input.type" });
            }
        }"""
    )
    expect(daniel.kept).to_contain_text("2,100 changes on their way")
    daniel.offline(False)
    text = "".join(str(at % 10) for at in reversed(range(2100))) + "x"
    pads.until(pad, text)
    expect(daniel.kept).to_contain_text("All kept")


def test_over_eight_people_only_initials_are_shown(pads: Pads, open_pad: Open) -> None:
    pad = pads.make()
    mara, daniel = open_pad("owner", pad), open_pad("editor", pad)
    daniel.write("Words that everybody reads")
    mara.expect_text("Words that everybody reads")
    names = mara.page.locator(".cm-their-name")
    expect(names).to_have_text(["Daniel Okafor"])
    facts = [str(pad.id), str(pads.world.project.id)]
    daniel.page.evaluate(MORE_WRITERS, [*facts, 7])
    expect(names).to_have_count(8)
    expect(names.first).to_have_text("Daniel Okafor")
    daniel.page.evaluate(MORE_WRITERS, [*facts, 1])
    expect(names).to_have_count(9)
    expect(names).to_have_text(["DO"] * 9)
    expect(names.first).to_have_attribute("title", "Daniel Okafor")


def test_who_came_before_is_shown_and_who_went_is_not(pads: Pads, open_pad: Open) -> None:
    pad = pads.make(target_field="prompt_text", start="field")
    daniel = open_pad("editor", pad)
    daniel.text.focus()
    mara = open_pad("owner", pad)
    names = mara.page.locator(".cm-their-name")
    row = mara.page.locator(".pad-person", has_text="Daniel Okafor")
    # He has typed nothing here.
    expect(names).to_have_text(["Daniel Okafor"])
    expect(row.get_by_role("button", name="L1: follow Daniel Okafor")).to_be_visible()
    daniel.window.open("members/")
    expect(names).to_have_count(0, timeout=20_000)
    expect(row).to_contain_text("here until")
