"""What narrow windows have room for; and what appears moves nothing. How wide pages are: `test_accessible.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from drafts.comments.services import create_comment
from tests.browser.people import Person, World

SMALLEST = 44


def test_on_a_phone_buttons_are_large_and_a_version_can_be_reverted(person: Callable[..., Person]) -> None:
    mara = person("owner", size=(390, 844))
    page = mara.at_work()
    mara.take()
    page.keyboard.type("x")
    for button in (
        page.locator(".ws-savebar .btn:visible"),
        page.locator(".jump-box"),
        page.locator(".ws-foot-tabs > button"),
    ):
        for box in [each.bounding_box() for each in button.all()]:
            assert box is not None
            assert box["height"] >= SMALLEST
    page.get_by_role("navigation", name="Parts of the workspace").get_by_role("button", name="History").click()
    expect(page.locator("#panel-history")).to_be_visible()
    mara.open("history/")
    page.get_by_role("button", name="Revert… to v11").click()
    expect(page.get_by_role("dialog").get_by_role("heading")).to_have_text("Revert to v11?")


def test_badges_move_nothing_when_they_appear(person: Callable[..., Person]) -> None:
    mara, daniel = person("owner"), person("editor")
    mara.at_work()
    daniel.at_work()
    before = places(mara.page)
    write_in_a_sentence(daniel)
    expect(mara.badge).to_contain_text("Being edited by")
    expect(mara.page.locator(".field-row").first).to_contain_text("Daniel")
    assert places(mara.page) == before
    daniel.page.keyboard.press("ControlOrMeta+s")
    expect(daniel.toast("Saved as v13")).to_be_visible()
    daniel.page.get_by_role("button", name="Stop editing").click()
    mara.expect_state("free")
    write_in_a_sentence(mara)
    expect(mara.page.locator(".field-row .unsaved").first).to_be_visible()
    assert places(mara.page) == before


def write_in_a_sentence(who: Person) -> None:
    """Not into a heading: that would change the outline."""
    who.line("Never compute").click()
    who.page.keyboard.type("x")
    who.expect_state("yours")


def places(page: Page) -> list[object]:
    """Where the parts of the workspace stand."""
    parts = (
        ".topbar",
        ".projectbar",
        ".ws-left",
        ".outline-list",
        ".sheet",
        ".sheet-bar",
        ".sheet-body",
        ".sheet-foot",
        ".panel",
    )
    return [[each.bounding_box() for each in page.locator(part).all()] for part in (*parts, ".field-row")]


def test_compact_rows_are_lower_and_stay_chosen(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.open("history/")
    row = page.locator(".version-row").nth(1)
    high = row.bounding_box()
    page.goto(f"{world.url}/account/")
    page.get_by_role("group", name="Density").get_by_role("button", name="Compact").click()
    mara.open("history/")
    low = row.bounding_box()
    assert high is not None
    assert low is not None
    assert low["height"] < high["height"]


def test_the_foot_of_the_sheet_is_whole_while_somebody_writes(person: Callable[..., Person], world: World) -> None:
    mara = person("owner", size=(1280, 800))
    page = mara.at_work()
    mara.take()
    page.keyboard.type("x")
    foot = page.locator(".sheet-foot")
    expect(foot).to_contain_text("Backed up")
    parts = "one => [one, one.lastElementChild.lastElementChild].map(part => part.getBoundingClientRect().right)"
    edges = foot.evaluate(parts)
    assert edges[1] <= edges[0]
    # Room is taken from what the text consists of alone, until nothing is left of that.
    lines = page.locator("[data-foot-target=lines]")
    page.locator("[data-foot-target=size]").evaluate("one => { one.textContent = '12,345 characters '.repeat(6) }")
    assert lines.evaluate("one => one.scrollWidth <= one.clientWidth && !one.hidden")
    # One line, also with more to say than there is room for.
    height = foot.evaluate("one => one.clientHeight")
    lines.evaluate("one => { one.textContent = '+1,234 −5,678 lines since v80 '.repeat(4) }")
    assert foot.evaluate("one => [one.clientHeight, one.scrollWidth - one.clientWidth]") == [height, 0]


def test_all_tabs_of_the_side_panel_fit_with_counts_of_two_digits(person: Callable[..., Person]) -> None:
    page = person("owner", size=(1280, 800)).at_work()
    page.locator(".panel-tabs .nav-tabs").evaluate(
        """tabs => {
            const own = ["comments", "history", "tasks", "attachments", "activity"];
            for (const tab of [...tabs.children]) if (!own.includes(tab.dataset.name)) tab.remove();
            for (const pill of tabs.querySelectorAll(".pill")) {
                pill.hidden = false;
                pill.textContent = "48";
            }
        }"""
    )
    tabs = page.locator(".panel-tabs .nav-tabs")
    assert tabs.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_a_line_of_the_summary_begins_without_a_separator(person: Callable[..., Person]) -> None:
    page = person("owner", size=(1280, 800)).open("compare/?base=1&target=12")
    summary = page.locator(".compare-summary > p")
    # The left end of a line, where a separator would stand, is not painted; the first item has none.
    starts = summary.evaluate(
        """one => [...one.children].map(part => part.getBoundingClientRect().left - one.getBoundingClientRect().left)"""
    )
    assert starts[0] == 11
    assert starts.count(0) == 1
    assert summary.evaluate("one => getComputedStyle(one).clipPath") == "inset(0px 0px 0px 11px)"


def test_tabs_that_do_not_fit_are_in_a_menu_and_the_open_one_is_not(person: Callable[..., Person]) -> None:
    mara = person("owner", size=(390, 844))
    tabs = mara.open("settings/").locator("#project-tabs")
    expect(tabs.get_by_role("link", name="Settings")).to_be_in_viewport(ratio=1)
    expect(tabs.get_by_role("link", name="Workspace")).to_be_in_viewport(ratio=1)
    expect(tabs.get_by_role("link", name="Activity")).to_be_hidden()
    more = tabs.get_by_role("button", name="More")
    expect(more).to_be_in_viewport(ratio=1)
    more.click()
    expect(tabs.get_by_role("link", name="Activity")).to_be_in_viewport(ratio=1)
    mara.page.keyboard.press("Escape")
    expect(more).to_be_focused()
    more.press("Enter")
    mara.page.keyboard.press("ArrowUp")
    mara.page.keyboard.press("Enter")
    expect(tabs.locator(".nav-tab[aria-current=page]")).to_have_text("Activity")
    mara.page.set_viewport_size({"width": 1440, "height": 900})
    expect(more).to_be_hidden()
    expect(tabs.get_by_role("link", name="Settings")).to_be_in_viewport(ratio=1)


def test_the_name_of_a_field_is_whole_while_somebody_edits_it(person: Callable[..., Person]) -> None:
    mara, daniel = person("owner", size=(1280, 800)), person("editor")
    mara.at_work(field="model_configuration")
    daniel.at_work(field="model_configuration")
    daniel.take()
    mara.expect_state("theirs")
    title = mara.page.locator(".sheet-bar > h1 > span")
    expect(title).to_have_text("Model configuration")
    assert title.evaluate("one => one.scrollWidth <= one.clientWidth")
    expect(mara.page.get_by_role("button", name="Ask")).to_be_visible()
    mara.page.get_by_role("button", name="More for this field").click()
    mara.page.locator(".menu-item", has_text="Take over…").click()
    expect(mara.page.get_by_role("dialog").get_by_role("heading")).to_contain_text("Take over")


def test_a_long_name_leaves_room_for_the_time_of_a_comment(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    place: dict[str, Any] = {"version": 12, "target_field": "prompt_text", "anchor": {"from_line": 6, "to_line": 6}}
    text = "Cite 6.1.2."
    project = world.project.id
    world.arrange(lambda: create_comment(caller=world.caller("reviewer"), project_id=project, text=text, **place))
    mara.at_work()
    head = mara.page.locator(".thread-head").first
    head.locator("strong").evaluate("one => { one.textContent = 'Wolfeschlegelsteinhausenbergerdorff '.repeat(3) }")
    edges = head.evaluate("one => [one, one.querySelector('time')].map(each => each.getBoundingClientRect().right)")
    assert edges[1] <= edges[0]


def test_the_workspace_does_not_scroll_as_a_whole_however_many_comments_it_has(
    person: Callable[..., Person], world: World
) -> None:
    def comment_on_lines() -> None:
        for line in range(1, 13):
            create_comment(
                caller=world.caller("reviewer"),
                project_id=world.project.id,
                version=world.project.drafts.count(),
                target_field="prompt_text",
                text="Is this line still right after the amendment?",
                anchor={"from_line": line, "to_line": line},
            )

    world.arrange(comment_on_lines)
    page = person("owner").at_work()

    expect(page.locator(".thread")).to_have_count(12)
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") == 0
