"""Code of modules in the browser: what it draws is drawn by us, and it reaches nothing."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.automation.foreign.conftest import Project

DRAWING = """
const added = [];
async function show() {
  const rows = await foundry.allRows("studies", { columns: ["title"] });
  foundry.draw(
    ["heading", {}, "Studies"],
    ["list", {}, ...rows.map((row) => row.title), ...added],
    ["input", { label: "Name", on: "name", value: "" }],
    ["button", { on: "add", value: "Jo", kind: "primary" }, "Add"]);
}
for (const name of ["name", "add"]) foundry.on(name, (value) => { added.push(value); show(); });
foundry.onChange((names) => { if (names.includes("studies")) show(); });
show();
"""
# Has a button for each tree, which draws it.
TRYING = """
const trees = [%s];
foundry.draw(...trees.map((_tree, at) => ["button", { on: `tree${at}` }, `Tree ${at}`]));
trees.forEach((tree, at) => foundry.on(`tree${at}`, () => foundry.draw(tree())));
"""


def drawn(page: Page) -> Page:
    """Wait until the view has drawn something."""
    expect(page.locator("[data-controller=foreign-view][data-state=running]")).to_be_visible()
    return page


def test_a_view_draws_rows_and_is_told_what_is_done(foreign: Project) -> None:
    page = foreign.show(DRAWING)
    foreign.create({"title": "Jane Doe"})
    place = page.locator(".drawn-place")
    expect(place.get_by_role("listitem")).to_have_text(["Jane Doe"])
    place.get_by_role("button", name="Add").click()
    expect(place.get_by_role("listitem")).to_have_text(["Jane Doe", "Jo"])
    place.get_by_role("textbox", name="Name").fill("Max")
    page.keyboard.press("Tab")
    expect(place.get_by_role("listitem")).to_have_text(["Jane Doe", "Jo", "Max"])
    # The view was told what was typed, so what it draws counts.
    expect(place.get_by_role("textbox", name="Name")).to_have_value("")
    foreign.create({"title": "Ada"})
    expect(place.get_by_role("listitem")).to_have_text(["Jane Doe", "Ada", "Jo", "Max"])


def test_what_cannot_be_drawn_ends_the_view(foreign: Project) -> None:
    trees = (
        '["a", { href: "https://example.org" }, "x"]',
        '["img", { src: "x" }]',
        '["stack", {}, ["script", {}, "alert(1)"]]',
        '["constructor", {}]',
        '["__proto__", {}]',
        '["stack", {}, { toString: 5 }]',
        "Array(60).fill(0).reduce((within) => ['stack', {}, within], 'x')",
        "['stack', {}, ...Array(3001).fill('x')]",
        "['table', { columns: Array(100).fill('a'), rows: Array(2900).fill({ id: '1' }) }]",
        "['bars', { bars: Array(200000).fill({}) }]",
    )
    page = foreign.show(TRYING % ",".join(f"() => {tree}" for tree in trees))
    note = page.get_by_role("alert").filter(has_text="cannot draw")
    for at in range(len(trees)):
        drawn(page).get_by_role("button", name=f"Tree {at}", exact=True).click()
        expect(note).to_be_visible()
        page.get_by_role("button", name="Restart").click()
        expect(note).to_be_hidden()


def test_attributes_that_do_something_are_left_out(foreign: Project) -> None:
    page = foreign.show(
        """foundry.draw(
  ["text", JSON.parse('{"__proto__": {"kind": "bad"}, "style": "color: red", "onclick": "x()", "id": "p"}'), "x"],
  ["text", "no object", "y"], ["text", ["kind"], "z"], ["heading", { level: "9e9" }, "h"],
  ["table", { label: "T", columns: [5, null, { name: "constructor" }], rows: [null, 7, { id: {}, cells: "x" }] }],
  ["select", { label: "S", on: "s", options: [["<b>", "<i>"], null, 5] }], ["facts", { items: [5, ["a"], null] }]);"""
    )
    first = drawn(page).locator(".drawn-place > p").first
    expect(first).to_have_text("x")
    assert first.evaluate("each => each.getAttributeNames()") == ["class"]
    assert page.evaluate("({}).kind") is None
    expect(page.locator(".drawn-place select option").first).to_have_text("<i>")
    assert page.locator(".drawn-place").evaluate("each => each.querySelectorAll('i, b').length") == 0


def test_a_view_that_fails_ends_and_starts_again(foreign: Project) -> None:
    for source, words in (
        ("postMessage('x'.repeat(3e6));", "more than fits"),
        ("postMessage({ not: 'text' });", "more than fits"),
        ("\nthrow new Error('Wrong turn');", "Wrong turn (2)"),
        ("const = 5;", "SyntaxError"),
    ):
        page = foreign.show(source, expected=("Wrong turn", "SyntaxError"))
        note = page.get_by_role("alert").filter(has_text=words)
        expect(note).to_be_visible()
        expect(page.locator("iframe")).to_have_count(0)
        page.get_by_role("button", name="Restart").click()
        expect(note).to_be_visible()
        page.close()
