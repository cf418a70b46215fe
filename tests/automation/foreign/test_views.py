"""Code of modules in the browser: what it draws is drawn by us, and it reaches nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.automation.foreign.conftest import Sink

Show = Callable[..., Page]
POLICY = "Content.Security.Policy|CSP|violates|Refused|WebTransport|worker|blob:"

ATTACK = Path(__file__).with_name("attack.js")
LISTEN = "() => { globalThis.told = []; new BroadcastChannel('foundry').onmessage = ({ data }) => told.push(data); }"
DRAWING = """
let rows = [];
const show = () => foundry.draw(["div", { kind: "column" },
  ["h2", {}, "Cast"],
  ["ul", {}, ...rows.map((row) => ["li", {}, row.name])],
  ["input", { label: "Name", on: "name", value: "" }],
  ["button", { on: "add", kind: "primary" }, "Add"]]);
foundry.onRows((tables) => { rows = tables.cast; show(); });
foundry.onAct((name, value) => {
  rows = [...rows, { name: name === "add" ? "Jo" : value }];
  show();
});
"""

# What may be tried without an answer that matters: it reaches nobody, as the sink says.
HARMLESS = {"channel", "worker", "location", "beacon"}


def test_a_view_draws_rows_and_hears_what_is_done(show: Show) -> None:
    page = show(DRAWING, {"cast": [{"name": "Jane Doe"}]})
    place = page.locator("#view-place")
    expect(place.get_by_role("listitem")).to_have_text(["Jane Doe"])
    place.get_by_role("button", name="Add").click()
    expect(place.get_by_role("listitem")).to_have_text(["Jane Doe", "Jo"])
    place.get_by_role("textbox", name="Name").fill("Max")
    page.keyboard.press("Tab")
    expect(place.get_by_role("listitem")).to_have_text(["Jane Doe", "Jo", "Max"])


def test_case_43_nothing_leaves_a_view(show: Show, sink: Sink) -> None:
    facts = json.dumps({"sink": sink.address, "packets": sink.packets})
    page = show(f"const target = {facts};\n{ATTACK.read_text()}", expected=(POLICY,))
    page.evaluate(LISTEN)
    answer = page.locator("#view-place pre")
    expect(answer).to_be_visible(timeout=60_000)
    found = json.loads(answer.inner_text())
    assert found.pop("document") == "undefined"
    assert found.pop("origin") == "null"
    open_ways = {name: said for name, said in found.items() if not said.startswith("!") and name not in HARMLESS}
    assert open_ways == {}
    assert page.evaluate("told") == []
    assert sink.heard == []
    policy = page.request.get(page.url).headers["content-security-policy"]
    assert "unsafe" not in policy


def test_what_cannot_be_drawn_ends_the_view(show: Show) -> None:
    for tree in (
        '["a", { href: "https://example.org" }, "x"]',
        '["img", { src: "x" }]',
        '["div", {}, ["script", {}, "alert(1)"]]',
        '["div", { style: "position: fixed", onclick: "alert(1)" }, 5, null]',
        "Array(60).fill(0).reduce((within) => ['div', {}, within], 'x')",
        "['div', {}, ...Array(6000).fill('x')]",
    ):
        page = show(f"foundry.draw({tree});")
        expect(page.locator("#view-note")).to_contain_text("cannot draw")


def test_attributes_that_do_something_are_left_out(show: Show) -> None:
    page = show(
        'foundry.draw(["p", { style: "color: red", onclick: "alert(1)", id: "panel", class: "btn", title: "T" }, "x"]);'
    )
    drawn = page.locator("#view-place p")
    expect(drawn).to_have_text("x")
    assert drawn.evaluate("each => each.getAttributeNames()") == ["class", "title"]
    assert drawn.get_attribute("class") == ""


TICKS = """
() => new Promise((done) => {
  let [worst, last, count] = [0, performance.now(), 0];
  const timer = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - last);
    last = now;
    if (++count >= 100) { clearInterval(timer); done(worst); }
  }, 10);
})
"""


def test_a_view_that_spins_floods_or_fails_ends_and_starts_again(show: Show) -> None:
    for source, words in (
        ("foundry.draw(['p', {}, 'x']); for (;;);", "did not answer"),
        ("for (;;) postMessage('x');", "messages in a second"),
        ("postMessage('x'.repeat(3e6));", "more than fits"),
        ("postMessage({ not: 'text' });", "more than fits"),
        ("throw new Error('Wrong turn');", "Wrong turn"),
    ):
        page = show(source, expected=("Wrong turn",))
        page.evaluate(TICKS)
        expect(page.locator("#view-note")).to_contain_text(words)
        expect(page.locator("iframe")).to_have_count(0)
        page.get_by_role("button", name="Restart").click()
        expect(page.locator("#view-note")).to_contain_text(words)
