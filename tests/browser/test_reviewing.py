"""Reviewing a difference in the browser, a long history, and contrast themes."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.people import Person, World
from tests.browser.signers import story
from tests.browser.test_accessible import violations


def test_a_change_of_values_is_commented_on_by_key_as_a_whole_field(person: Callable[..., Person]) -> None:
    page = person("reviewer").open("compare/?base=5&target=6")
    page.keyboard.press("n")
    expect(page.locator(".values tbody[data-current]")).to_contain_text("temperature")
    page.keyboard.press("c")
    expect(page.locator(".line-talk textarea")).to_be_focused()


def test_a_reviewer_comments_on_a_change_by_key_and_marks_its_field_as_read(
    person: Callable[..., Person], world: World
) -> None:
    priya = person("reviewer")
    page = priya.open("compare/?base=9&target=12&view=split")
    page.keyboard.press("n")
    page.keyboard.press("c")
    text = page.locator(".line-talk textarea")
    expect(text).to_be_focused()
    text.fill("Is this from amendment 4?")
    text.press("ControlOrMeta+Enter")
    expect(page.locator(".line-talk .thread")).to_contain_text("Is this from amendment 4?")
    expect(page.locator(".line-said").first).to_be_visible()

    total = page.locator(".compare-row").count()
    page.locator("#read-1").click()
    expect(page.locator("#read-1")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#read-progress")).to_have_text(f"1 of {total} read")
    assert violations(page) == []

    page = priya.open("compare/?base=9&target=12&view=split")
    expect(page.locator("#read-progress")).to_have_text(f"1 of {total} read")
    page = priya.open("?panel=comments")
    expect(page.locator(".thread")).to_contain_text("Is this from amendment 4?")


def test_a_signer_reads_and_comments_on_the_page_of_the_release(person: Callable[..., Person], world: World) -> None:
    _, second = world.arrange(lambda: story(world))
    priya = person("reviewer")
    page = priya.open(f"releases/{second.id}/")
    row = page.locator(".change-row", has=page.locator(".change-difference")).first
    row.locator("summary").click()
    row.locator("td.lines-new").last.click()
    row.locator(".line-talk textarea").fill("Which site asked?")
    row.locator(".line-talk-form").get_by_role("button", name="Comment").click()
    expect(row.locator(".line-talk .thread")).to_contain_text("Which site asked?")
    # The page follows its own comment, too: the list of open points is as new as the buttons.
    expect(page.locator(".point-row", has_text="Which site asked?")).to_be_visible()
    row.get_by_role("button", name="Mark as read").click()
    expect(page.locator("#read-progress")).to_contain_text("1 of")
    assert violations(page) == []


def test_the_stepper_of_a_comparison_stays_under_the_bar_and_nothing_shows_between_them(
    person: Callable[..., Person], world: World
) -> None:
    page = person("reviewer").open("compare/?base=1&target=12&view=split")
    page.mouse.move(700, 600)
    page.mouse.wheel(0, 900)
    page.wait_for_function("window.scrollY > 300")
    edges = page.evaluate(
        """() => ['.frame', '.compare-bar', '.compare-summary'].map((name) => {
            const box = document.querySelector(name).getBoundingClientRect();
            return [box.top, box.bottom];
        })"""
    )
    (_, below_frame), (bar_top, below_bar), (stepper_top, _) = edges
    assert bar_top <= below_frame
    assert stepper_top <= below_bar
    expect(page.locator(".compare-summary").get_by_role("button", name="Next")).to_be_in_viewport()


def test_picks_stand_in_the_address_and_survive_a_reload(person: Callable[..., Person], world: World) -> None:
    page = person("reviewer").open("history/")
    page.get_by_label("Select v12 to compare").click()
    page.get_by_label("Select v9 to compare").click()
    page.wait_for_function("new URLSearchParams(location.search).getAll('pick').length === 2")
    expect(page.locator(".pick-apart")).to_contain_text("fields differ")

    page.reload()

    expect(page.get_by_label("Select v12 to compare")).to_be_checked()
    expect(page.get_by_label("Select v9 to compare")).to_be_checked()
    expect(page.locator(".pick-bar")).to_contain_text("Compare v9 and v12")


def test_forced_colours_mark_the_tab_the_field_and_words_that_came_and_went(
    person: Callable[..., Person], world: World
) -> None:
    priya = person("reviewer")
    page = priya.open("compare/?base=9&target=12&view=split")
    page.emulate_media(forced_colors="active")
    style = "(element, name) => getComputedStyle(element)[name]"
    current, others = page.locator(".nav-tab[aria-current=page]"), page.locator(".nav-tab:not([aria-current])").first
    colours = [current.evaluate(style, "borderBottomColor"), others.evaluate(style, "borderBottomColor")]
    assert colours[0] != colours[1]
    assert "underline" in page.locator(".compare-sheet ins").first.evaluate(style, "textDecorationLine")
    assert "line-through" in page.locator(".compare-sheet del").first.evaluate(style, "textDecorationLine")

    page = priya.open("")
    assert page.locator(".field-row[aria-current=true]").evaluate(style, "outlineStyle") == "solid"

    page = priya.open("history/")
    canvas = page.evaluate(
        "() => { document.body.append(Object.assign(document.createElement('i'), {id: 'canvas'})); "
        "document.getElementById('canvas').style.color = 'CanvasText'; "
        "return getComputedStyle(document.getElementById('canvas')).color; }"
    )
    assert page.locator(".map-mark:not(.map-hollow)").first.evaluate(style, "fill") == canvas
