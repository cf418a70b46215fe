"""Long names wrap or are cut, with a title; what states something or acts is neither covered nor shrunk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from playwright.sync_api import Page, expect

from accounts.models import User
from drafts.comments.services import create_comment
from projects.services import update_project
from proposals.services import submit_proposal
from publishing.models import MAX_RELEASE_NAME, Release
from tests.browser.pages import OF_A_PROJECT
from tests.browser.people import Person, World
from tests.browser.proposing import staged
from tests.browser.signers import let_sign, sign, submit
from tests.browser.test_accessible import resize, too_wide
from tests.browser.test_contrast import SCHEMES
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


def test_no_word_is_broken_to_make_room(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    broken = {}
    own = [*OF_A_PROJECT.values(), ["compare/?base=1&target=4&view=unified"]]
    for path in [*(world.address + paths[0] for paths in own), f"{world.url}/projects/", f"{world.url}/inbox/"]:
        mara.page.goto(path)
        for width in (820, 390):
            resize(mara.page, (width, 844))
            mara.page.wait_for_load_state("load")
            if found := mara.page.evaluate(BROKEN_WORDS):
                broken[f"{width} px: {path.removeprefix(world.url)}"] = found
    assert broken == {}


def hidden(page: Page, widths: Sequence[int]) -> dict[str, list[str]]:
    """What an open page hides or covers in windows of these widths."""
    wrong = {}
    for width in widths:
        resize(page, (width, 844))
        if page.locator(".ws").count():
            # Its script has put everything in its place by then.
            expect(page.locator(".ws[data-line='live']")).to_be_visible()
        if found := [*page.evaluate(HIDDEN), *too_wide(page)]:
            wrong[f"{width} px"] = found
    return wrong


def test_long_names_leave_states_and_acts_in_place(person: Callable[..., Person], world: World) -> None:
    def rename() -> None:
        for number, user in enumerate(world.people.values()):
            User.objects.filter(pk=user.pk).update(display_name=f"{LONG}{number}")
        update_project(caller=world.caller("owner"), project_id=world.project.id, name=LONG)

    world.arrange(rename)
    mara = person("owner")
    wrong = {}
    for path in [*(world.address + paths[0] for paths in OF_A_PROJECT.values()), f"{world.url}/projects/"]:
        mara.page.goto(path)
        wrong[path.removeprefix(world.url)] = hidden(mara.page, (1440, 1024, 390))
    assert {path: found for path, found in wrong.items() if found} == {}


def test_a_long_name_leaves_the_line_in_sight_in_which_its_bearer_writes(
    person: Callable[..., Person], world: World
) -> None:
    def rename() -> None:
        User.objects.filter(pk=world.people["editor"].pk).update(display_name=LONG)

    world.arrange(rename)
    watching = [person("owner", size=(width, 844)) for width in (1280, 820)]
    for mara in watching:
        mara.at_work()
    daniel = person("editor")
    daniel.at_work()
    daniel.write("x")

    # The name that programs use is whole, or not there.
    whole_or_away = """one => {
      const { top, right } = one.firstElementChild.getBoundingClientRect();
      const own = one.getBoundingClientRect();
      return top >= own.bottom || right <= own.right + 1;
    }"""
    for mara in watching:
        mara.expect_state("theirs")
        reading = mara.page.locator("[data-foot-target=reading] > span")
        expect(reading).to_have_text(f"{LONG[:23]}… writes in line 1")
        assert reading.evaluate("one => one.scrollWidth <= one.clientWidth")
        assert mara.page.locator(".sheet-bar > .folder").evaluate(whole_or_away)


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
# Pixels of a name by which it can be told from others.
READABLE = 120
CUT = """() => {
  const sheet = document.querySelector(".sheet").getBoundingClientRect();
  return [...document.querySelectorAll(".sheet-bar :is(.btn, .badge, .badge *)")].filter(one => {
    if (!one.checkVisibility({ visibilityProperty: true })) return false;
    const { left, right } = one.getBoundingClientRect();
    const { display, clipPath } = getComputedStyle(one);
    // What only screen readers find is clipped away.
    const isBox = display !== "inline" && clipPath === "none" && !one.matches("svg, [data-part=holder]");
    return left < sheet.left || right > sheet.right || (isBox && one.scrollWidth > one.clientWidth + 1);
  }).map(one => one.outerHTML.slice(0, 200));
}"""


def test_a_long_path_leaves_badge_and_buttons_in_the_sheet(person: Callable[..., Person], world: World) -> None:
    name = f"files/{FOLDER}/{FILE_NAME}"

    def take_it() -> None:
        writer = world.writer("editor")
        lock = writer.take(name)
        writer.save({name: {"language": "markdown", "content": "# Arms\n"}}, lock, base=12, release_locks=False)

    world.arrange(take_it)
    mara = person("owner", size=(1920, 844))
    page = mara.at_work(field=name)
    cut = {}
    for width in (1920, 1440, 1280, 820, 390):
        resize(page, (width, 844))
        mara.expect_state("theirs")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            cut[f"{scheme}, {width} px"] = page.evaluate(CUT)
        title = page.locator(".sheet-bar h1 > span")
        assert title.evaluate("one => one.clientWidth") > READABLE
        expect(title).to_have_text(FILE_NAME)
        expect(title).to_have_attribute("title", name)
        # Of a name that does not fit, the end is beside its beginning.
        is_whole = title.evaluate("one => one.scrollWidth <= one.clientWidth")
        ends = page.locator(f".sheet-bar > h1[data-end='{FILE_NAME[-8:]}']")
        expect(ends).to_have_count(0 if is_whole else 1)
        holder = page.locator(".field-row[aria-current='true'] .lock-words > [data-part=holder]")
        assert holder.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert {window: found for window, found in cut.items() if found} == {}


def test_the_name_of_a_field_stays_beside_the_tools_of_its_writer(person: Callable[..., Person]) -> None:
    daniel = person("editor", size=(1280, 844))
    page = daniel.at_work(field="model_configuration")
    daniel.take()
    daniel.expect_state("yours")
    expect(page.get_by_role("button", name="Format", exact=True)).to_be_visible()
    title = page.locator(".sheet-bar h1 > span")
    assert title.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert page.evaluate(CUT) == []


def test_a_long_name_of_a_release_leaves_states_and_acts_in_place(person: Callable[..., Person], world: World) -> None:
    def make() -> Release:
        let_sign(world)
        return submit(world, LONG[:MAX_RELEASE_NAME], 12)

    release = world.arrange(make)
    mara = person("owner")
    wrong = {}
    for path in ("", "history/", "releases/", f"releases/{release.id}/"):
        wrong[path] = hidden(mara.open(path), (1280, 390))
    assert {path: found for path, found in wrong.items() if found} == {}


def test_a_long_title_of_a_proposal_leaves_its_pickers_in_place(person: Callable[..., Person], world: World) -> None:
    proposal = staged(world, title="Answer in one paragraph, sources after it, " * 4, prompt_text="Be brief.\n")
    world.arrange(lambda: submit_proposal(caller=world.caller("editor"), proposal_id=proposal.id))
    page = person("reviewer").open("proposals/1/")
    for width in (1440, 1280, 1100, 820, 390):
        resize(page, (width, 844))
        boxes = [each.bounding_box() for each in page.locator(".review-pickers select").all()]
        assert [box is not None and box["width"] > 100 for box in boxes] == [True, True]
        assert too_wide(page) == []


def test_a_long_name_of_a_frozen_release_stays_in_its_column(person: Callable[..., Person], world: World) -> None:
    def freeze() -> None:
        let_sign(world)
        release = submit(world, "Second interim analysis, European sites", 12)
        for meaning, name in (("authored", "editor"), ("reviewed", "reviewer"), ("approved", "approver")):
            sign(world, release, meaning, name)

    world.arrange(freeze)
    page = person("owner").page
    page.goto(f"{world.url}/projects/")
    row = page.locator(".project-row", has=page.locator(f"a[href*='{world.project.id}']")).first
    for width in (1440, 1280, 820, 390):
        resize(page, (width, 844))
        expect(row.locator(".badge")).to_contain_text("Frozen")
        assert row.locator(".badge").evaluate(
            "one => one.getBoundingClientRect().right <= one.parentElement.getBoundingClientRect().right + 1"
        )
        assert too_wide(page) == []


# The name of a file in a list, and whether its end can be read in it.
ENDS = """() => [...document.querySelectorAll(".field-row .field-name.middle > span:last-child")].map(end => {
  const { left, right } = end.getBoundingClientRect();
  const row = end.closest(".field-row").getBoundingClientRect();
  return right <= row.right && right - left > 20 && end.scrollWidth <= end.clientWidth;
})"""


def test_files_of_an_old_version_are_known_by_the_ends_of_their_names(
    person: Callable[..., Person], world: World
) -> None:
    names = [f"files/randomisation-and-stratification-rules-{number:03}.md" for number in range(3)]

    def make() -> None:
        writer = world.writer("editor")
        locks = [writer.take(name) for name in names]
        writer.save({name: {"content": "# Arms\n"} for name in names}, *locks, base=12, release_locks=True)

    world.arrange(make)
    page = person("owner", size=(1280, 844)).open("versions/13/")
    assert page.evaluate(ENDS) == [True, True, True]


def test_the_number_of_comments_stands_apart_from_the_number_of_its_line(
    person: Callable[..., Person], world: World
) -> None:
    place: dict[str, Any] = {"version": 12, "target_field": "prompt_text", "anchor": {"from_line": 14, "to_line": 14}}
    project = world.project.id
    world.arrange(lambda: create_comment(caller=world.caller("editor"), project_id=project, text="Why?", **place))
    page = person("owner").open("at/?at=2999-01-01T00:00Z")
    gap = page.locator("#L14").evaluate(
        """row => {
          const number = document.createRange();
          number.selectNodeContents(row.querySelector("th"));
          return number.getBoundingClientRect().left - row.querySelector(".past-count").getBoundingClientRect().right;
        }"""
    )
    assert gap >= 4
