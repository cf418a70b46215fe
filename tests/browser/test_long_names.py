"""Long names wrap or are cut, with a title; what states something or acts is neither covered nor shrunk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from projects.services import update_project
from publishing.models import MAX_RELEASE_NAME, Release
from tests.browser.pages import OF_A_PROJECT
from tests.browser.people import Person, World
from tests.browser.signers import let_sign, submit
from tests.browser.test_accessible import TOO_WIDE
from tests.browser.test_unkept_texts import NUL, paste

# Nothing in it lets a line end.
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 4
HIDDEN = """() => {
  const found = [];
  const say = (what, one) => found.push(`${what}: ${one.outerHTML.slice(0, 120)}`);
  // The name of a project is a link over its whole row.
  const parts = "main :is(.btn, .badge, time, select, .version-number, strong)";
  for (const one of document.querySelectorAll(`.topbar .badge, ${parts}`)) {
    if (!one.checkVisibility({ visibilityProperty: true }) || one.closest("dialog, .sr-only")) continue;
    one.scrollIntoView({ block: "center" });
    const { left, right, top, bottom } = one.getBoundingClientRect();
    if (right - left < 4) say("shrunk", one);
    const hits = [left + 3, (left + right) / 2, right - 3].map(x => document.elementFromPoint(x, (top + bottom) / 2));
    const isFree = hit => !hit || one.contains(hit) || hit.contains(one) || hit.matches(":is(h2, h3) > a");
    if (!hits.every(isFree)) say("covered", one);
    if (one.matches(".btn, .badge") && one.scrollWidth > one.clientWidth + 1) say("cut", one);
  }
  return found;
}"""

BROKEN_WORDS = """() => {
  const found = new Set();
  const range = document.createRange();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { currentNode: node } = walker;
    const { parentElement: parent } = node;
    // What people wrote may be broken anywhere.
    if (!parent.checkVisibility() || parent.closest(".sr-only, .cm-content, .compare-sheet :is(tbody, h2)")) continue;
    for (const { 0: word, index } of node.data.matchAll(/[A-Za-z0-9]{1,12}/g)) {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (tops.size > 1) found.add(`${word} in ${parent.outerHTML.slice(0, 120)}`);
    }
  }
  return [...found];
}"""


@pytest.mark.parametrize("width", [820, 390])
def test_no_word_is_broken_to_make_room(person: Callable[..., Person], world: World, width: int) -> None:
    mara = person("owner", size=(width, 844))
    broken = {}
    own = [*OF_A_PROJECT.values(), ["compare/?base=1&target=4&view=unified"]]
    for path in [*(world.address + paths[0] for paths in own), f"{world.url}/projects/", f"{world.url}/inbox/"]:
        mara.page.goto(path)
        mara.page.wait_for_load_state("load")
        if found := mara.page.evaluate(BROKEN_WORDS):
            broken[path.removeprefix(world.url)] = found
    assert broken == {}


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_long_names_leave_states_and_acts_in_place(person: Callable[..., Person], world: World, width: int) -> None:
    def rename() -> None:
        for number, user in enumerate(world.people.values()):
            User.objects.filter(pk=user.pk).update(display_name=f"{LONG}{number}")
        update_project(caller=world.caller("owner"), project_id=world.project.id, name=LONG)

    world.arrange(rename)
    mara = person("owner", size=(width, 844))
    wrong = {}
    for path in [*(world.address + paths[0] for paths in OF_A_PROJECT.values()), f"{world.url}/projects/"]:
        mara.page.goto(path)
        if path == world.address:
            # Its script has put everything in its place by then.
            expect(mara.page.locator(".ws[data-line='live']")).to_be_visible()
        found = mara.page.evaluate(HIDDEN)
        if mara.page.evaluate(TOO_WIDE) > 0:
            found.append("scrolls sideways")
        if found:
            wrong[path.removeprefix(world.url)] = found
    assert wrong == {}


def test_on_a_phone_the_words_of_a_bar_stand_above_its_buttons(person: Callable[..., Person]) -> None:
    mara = person("owner", size=(390, 800), scheme="dark")
    page = mara.at_work(field="model_configuration")
    page.on("dialog", lambda dialog: dialog.accept())
    mara.write("x")
    paste(page, NUL)
    bar = mara.bar("cannot be saved")
    bar.wait_for()
    words = bar.locator("p").bounding_box()
    assert words is not None
    assert words["width"] > 250
    assert words["height"] < 150


def test_in_a_narrow_window_the_side_panel_never_covers_the_sheet_while_the_page_opens(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner", size=(1024, 844))
    # The page as it is before any script of it runs.
    mara.page.route("**/dist/workspace*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    mara.page.goto(world.address)
    expect(mara.page.get_by_role("button", name="Show the side panel")).to_be_visible()
    expect(mara.page.locator("#panel")).to_be_hidden()


# Longer than any title's place beside a badge and three buttons.
FOLDER = "protocols/oncology/phase-two/arms"
FILE_NAME = "randomisation-and-stratification-rules.md"
CUT = """() => {
  const sheet = document.querySelector(".sheet").getBoundingClientRect();
  return [...document.querySelectorAll(".sheet-bar :is(.btn, .badge, .badge *)")].filter(one => {
    if (!one.checkVisibility({ visibilityProperty: true })) return false;
    const { left, right } = one.getBoundingClientRect();
    const isBox = getComputedStyle(one).display !== "inline" && !one.matches("svg, [data-part=holder], .lock-lead");
    return left < sheet.left || right > sheet.right || (isBox && one.scrollWidth > one.clientWidth + 1);
  }).map(one => one.outerHTML.slice(0, 200));
}"""


@pytest.mark.parametrize("width", [1920, 1440, 1280, 820, 390])
def test_a_long_path_leaves_badge_and_buttons_in_the_sheet(
    person: Callable[..., Person], world: World, width: int
) -> None:
    name = f"files/{FOLDER}/{FILE_NAME}"

    def take_it() -> None:
        writer = world.writer("editor")
        lock = writer.take(name)
        writer.save({name: {"language": "markdown", "content": "# Arms\n"}}, lock, base=12, release_locks=False)

    world.arrange(take_it)
    for scheme in ("light", "dark"):
        mara = person("owner", size=(width, 844), scheme=scheme)
        page = mara.at_work(field=name)
        mara.expect_state("theirs")
        cut = page.evaluate(CUT)
        assert cut == []
        title = page.locator(".sheet-bar h1")
        expect(title).to_have_text(FILE_NAME)
        expect(title).to_have_attribute("title", name)


def test_the_name_of_a_field_stays_beside_the_tools_of_its_writer(person: Callable[..., Person]) -> None:
    daniel = person("editor", size=(1280, 844))
    page = daniel.at_work(field="model_configuration")
    daniel.take()
    daniel.expect_state("yours")
    expect(page.get_by_role("button", name="Format", exact=True)).to_be_visible()
    title = page.locator(".sheet-bar h1")
    assert title.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_long_name_of_a_release_leaves_states_and_acts_in_place(
    person: Callable[..., Person], world: World, width: int
) -> None:
    def make() -> Release:
        let_sign(world)
        return submit(world, LONG[:MAX_RELEASE_NAME], 12)

    release = world.arrange(make)
    mara = person("owner", size=(width, 844))
    wrong = {}
    for path in ("", "history/", "releases/", f"releases/{release.id}/"):
        mara.open(path)
        if not path:
            expect(mara.page.locator(".ws[data-line='live']")).to_be_visible()
        found = mara.page.evaluate(HIDDEN)
        if mara.page.evaluate(TOO_WIDE) > 0:
            found.append("scrolls sideways")
        if found:
            wrong[path] = found
    assert wrong == {}
