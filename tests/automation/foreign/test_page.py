"""The page of a foreign view: switched on by an owner, used by others, and what it proposes is shown by us."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.automation.foreign.conftest import Project
from tests.automation.foreign.site import STATUS
from tests.automation.foreign.test_views import drawn
from tests.browser.test_accessible import PHONE, in_both_themes, resize, too_wide

EVERYTHING_DRAWN = """
const rows = [{ id: "1", cells: { name: "One", count: 12 } }, { id: "2", cells: { name: "Two", count: 3 } },
  { id: "3", cells: { name: "Three", count: 5 } }];
let chosen = "";
const show = () => foundry.draw(
  ["row", {}, ["figure", { value: 12, label: "Studies" }], ["figure", { value: "3 %", label: "Late" }]],
  ["heading", { level: 2 }, "Studies"],
  ["text", { kind: "muted" }, "As of today"],
  ["columns", { of: 2 },
    ["table", { label: "Studies", on: "chosen", selected: chosen, rows,
      columns: [{ name: "name", title: "Name" }, { name: "count", title: "Count", kind: "number" }] }],
    ["bars", { label: "By status", on: "bar", bars: [{ label: "Open", value: 12, kind: "good" },
      { label: "Late", value: 3, kind: "bad" }] }]],
  ["text", {}, "Chosen: ", ["span", { kind: "strong" }, chosen || "nothing"], " ", ["badge", { kind: "good" }, "Open"]],
  ["progress", { label: "Progress", value: 30 }],
  ["facts", { items: [["Lead", "Ada"], ["Sites", 4]] }],
  ["box", { label: "Entries" },
    ["row", { align: "end" },
      ["input", { on: "title", label: "Title", placeholder: "A title" }],
      ["select", { on: "status", label: "Status", options: [["open", "Open"], "Late"] }],
      ["checkbox", { on: "all", label: "All of them", checked: true }],
      ["button", { on: "again", kind: "primary" }, "Again"]],
    ["textarea", { on: "notes", label: "Notes" }]],
  ["list", {}, "One", "Two"], ["divider"], ["pre", {}, "x = 1"],
  ["empty", { title: "Nothing here" }, ["text", {}, "Add a study."]]);
for (const name of ["chosen", "bar"]) foundry.on(name, (value) => { chosen = value; show(); });
foundry.on("again", show);
show();
"""
PROPOSING = """
const said = [];
async function propose(column) {
  const [study] = (await foundry.rows("studies", { limit: 1 })).rows;
  try {
    const { count } = await foundry.propose([
      { act: "set", table: "studies", record: study.id, values: { [column]: "done" } }]);
    said.push(`${count} staged`);
  } catch (error) {
    said.push(`${error.code} ${error.capability}`);
  }
  show();
}
const show = () => foundry.draw(
  ["button", { on: "status" }, "Set the status"], ["button", { on: "secret" }, "Set the secret"],
  ["list", {}, ...said]);
foundry.on("status", () => propose("status"));
foundry.on("secret", () => propose("secret"));
foundry.onSettled((how) => { said.push(how); show(); });
show();
"""


def test_an_owner_switches_a_view_on_and_off(foreign: Project) -> None:
    foreign.adopt('foundry.draw("It runs.");')
    theirs = foreign.open("editor")
    expect(theirs.get_by_text("An owner of the project can switch it on")).to_be_visible()
    expect(theirs.get_by_text("Studies · Status").first).to_be_visible()
    expect(theirs.get_by_role("checkbox")).to_have_count(0)
    mine = foreign.open("owner")
    wishes = mine.locator("[name=grant]")
    assert wishes.evaluate_all("all => all.filter(({ checked }) => checked).length") == 0
    mine.get_by_text("Its text").click()
    expect(mine.get_by_text('foundry.draw("It runs.");')).to_be_visible()
    assert in_both_themes(mine) == []
    for width in (PHONE, (768, 844)):
        resize(mine, width)
        assert too_wide(mine) == []
    resize(mine, (1440, 900))
    mine.get_by_role("checkbox", name="Read Studies · Title").check()
    mine.get_by_role("button", name="Switch on").click()
    expect(drawn(mine).locator(".drawn-place")).to_have_text("It runs.")
    theirs.reload()
    expect(drawn(theirs).locator(".drawn-place")).to_have_text("It runs.")
    mine.get_by_role("link", name="Grants").click()
    expect(mine.get_by_role("checkbox", name="Read Studies · Title")).to_be_checked()
    mine.get_by_role("button", name="Switch off").click()
    expect(theirs.get_by_text("An owner has switched the view")).to_be_visible()


def test_all_that_it_draws_is_read_and_reached(foreign: Project) -> None:
    page = drawn(foreign.show(EVERYTHING_DRAWN))
    assert in_both_themes(page) == []
    for width in (PHONE, (768, 844)):
        resize(page, width)
        assert too_wide(page) == []
    resize(page, (1440, 900))
    grid = page.get_by_role("grid", name="Studies")
    grid.get_by_role("row", name="One").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    row = grid.get_by_role("row", name="Two")
    expect(row).to_have_attribute("aria-selected", "true")
    expect(row).to_be_focused()
    expect(page.get_by_text("Chosen: 2")).to_be_visible()
    page.get_by_role("button", name="Late").click()
    expect(page.get_by_text("Chosen: Late")).to_be_visible()


def test_what_is_typed_survives_a_drawing_and_a_restart(foreign: Project) -> None:
    page = drawn(foreign.show(EVERYTHING_DRAWN + "setTimeout(() => { for (;;); }, 3000);"))
    title, notes = page.get_by_label("Title"), page.get_by_label("Notes")
    title.fill("A long title")
    notes.fill("Half a sen")
    page.get_by_role("button", name="Again").click()
    expect(page.get_by_role("alert")).to_contain_text("did not answer")
    expect(title).to_have_value("A long title")
    page.get_by_role("button", name="Restart").click()
    drawn(page)
    expect(title).to_have_value("A long title")
    expect(notes).to_have_value("Half a sen")


def test_a_reviewer_stages_and_opens_a_proposal(foreign: Project) -> None:
    sha256 = foreign.adopt(PROPOSING)
    foreign.create({"title": "One", "status": "open"})
    foreign.switch(sha256, STATUS)
    page = drawn(foreign.open("reviewer"))
    page.get_by_role("button", name="Set the status").click()
    staged = page.get_by_role("region", name="1 change is staged for you")
    expect(staged.get_by_role("link", name="Open as a proposal")).to_be_visible()
    expect(staged.get_by_role("button", name="Commit")).to_have_count(0)
