"""Two versions measured by one suite: what got worse comes first, with the old and the new answer beside each other."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest
from playwright.sync_api import Locator, Page, expect

from stages.runs.models import Experiment
from tests.browser.contexts import Scheme
from tests.browser.people import Person, World
from tests.browser.test_accessible import TOO_WIDE, violations
from tests.browser.test_forced_colours import style, with_forced_colours
from tests.patience import COMMAND_PATIENCE
from tests.runs.asked import Asked
from tests.runs.browser.conftest import Models
from tests.runs.browser.measuring import NEW, OLD, QUESTIONS, begin, evaluate, save, save_suite

WINDOWS: list[tuple[Scheme, tuple[int, int]]] = [("light", (1440, 900)), ("dark", (1440, 900)), ("dark", (390, 844))]


@pytest.fixture
def measured(world: World, models: Models, runner: None) -> tuple[Experiment, Experiment]:
    """v14 and v15, each measured with two models, of which one answers as before."""
    models.add("large", "small")
    models.provider.texts |= {"large": OLD, "small": OLD}
    world.arrange(lambda: save_suite(world, "large", "small"))
    world.arrange(lambda: save(world, base=13, prompt_text="After 21 days, propose no restart."))
    old = evaluate(world)
    models.provider.texts["large"] = NEW
    world.arrange(lambda: save(world, base=14, prompt_text="After 21 days, propose no restart on your own."))
    return old, evaluate(world)


def cell(page: Page, name: str) -> Locator:
    return page.get_by_role("link", name=name, exact=True)


def rows(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator(".results-row").all_inner_texts()]


def test_what_got_worse_since_v14_comes_first_with_both_answers(
    person: Callable[..., Person], measured: tuple[Experiment, Experiment]
) -> None:
    old, new = measured
    assert (old.version, new.version) == (14, 15)
    page = person("reviewer").open(f"runs/{new.id}/results/")
    page.get_by_label("against").select_option(str(old.id))
    expect(page.locator(".results-group").first).to_contain_text("Regressed")
    assert [row.split()[0] for row in rows(page)] == ["C-07", "C-19", "C-12"]

    worse, fixed = cell(page, "C-07, Large: pass, now fail"), cell(page, "C-19, Large: fail, now pass")
    page.wait_for_load_state()
    worse.focus()
    page.keyboard.press("ArrowDown")
    expect(fixed).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(cell(page, "C-19, Small: still fails")).to_be_focused()
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
    expect(worse).to_be_focused()
    page.keyboard.press("Enter")
    drawer = page.locator(".result")
    expect(drawer.get_by_role("heading", level=2)).to_have_text("C-07 Large")
    expect(drawer.locator(".result-answers section")).to_have_count(2)
    before, after = drawer.locator(".result-answers section").all()
    expect(before).to_contain_text("v14")
    expect(before.locator(".result-text")).to_have_text(OLD)
    expect(before.locator("del").first).to_contain_text("is discontinued permanently")
    expect(after.locator(".result-text")).to_have_text(NEW)
    expect(after.locator("ins").first).to_contain_text("may be discussed")
    expect(drawer).to_contain_text(QUESTIONS["C-07"][0])
    drawer.get_by_text("Full call").click()
    expect(drawer).to_contain_text("127.0.0.1")
    worse.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(drawer.get_by_role("heading", level=2)).to_have_text("C-19 Large")
    expect(fixed).to_be_focused()
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(fixed).to_be_focused()

    page.get_by_role("link", name="Fixed").click()
    expect(page.locator(".results-row")).to_have_count(1)
    filters = with_forced_colours(page).locator(".results-filters > a")
    colours = [style(each, "border-bottom-color") for each in filters.all()]
    assert [colours.count(each) for each in colours] == [4, 4, 1, 4, 4]
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.path().read_text("utf-8-sig").splitlines()[1].startswith("C-07,large,1,failed,regressed")


def test_the_page_is_accessible_and_fits(
    person: Callable[..., Person], measured: tuple[Experiment, Experiment]
) -> None:
    old, new = measured
    found: dict[str, list[str]] = {}
    for scheme, size in WINDOWS:
        page = person("owner", scheme=scheme, size=size).open(f"runs/{new.id}/results/?baseline={old.id}")
        for state in ("closed", "open"):
            where = f"{state} {scheme} {size[0]}"
            found[where] = violations(page)
            assert page.evaluate(TOO_WIDE) <= 0, where
            if state == "closed":
                page.locator(".results-row a").first.click()
                expect(page.locator(".result")).to_be_visible()
    assert {where: words for where, words in found.items() if words} == {}


def test_cells_fill_in_place_for_all_who_watch(
    person: Callable[..., Person], world: World, models: Models, runner: None
) -> None:
    models.add("large")
    models.provider.texts["large"] = OLD
    world.arrange(lambda: save_suite(world, "large"))
    world.arrange(lambda: save(world, base=13, prompt_text="After 21 days, propose no restart."))
    old = evaluate(world)
    world.arrange(lambda: save(world, base=14, prompt_text="After 21 days, propose no restart on your own."))
    opened, rest = Event(), Event()

    def answer(asked: Asked) -> str:
        last = QUESTIONS["C-12"][0] in asked.body["messages"][-1]["content"]
        (rest if last else opened).wait(COMMAND_PATIENCE)
        return NEW

    models.provider.texts["large"] = answer
    new = world.arrange(lambda: begin(world))
    pages = [person(name).open(f"runs/{new.id}/results/?baseline={old.id}") for name in ("editor", "reviewer")]
    for page in pages:
        expect(page.locator(".results-head .badge")).to_have_text("Running")
        expect(page.locator(".results-row")).to_have_count(3)
        page.evaluate("window.isKept = true")
    opened.set()
    for page in pages:
        expect(cell(page, "C-07, Large: pass, now fail")).to_be_visible()
        expect(cell(page, "C-19, Large: fail, now pass")).to_be_visible()
        expect(cell(page, "C-12, Large: waiting")).to_be_visible()
        expect(page.locator(".results-cost")).to_contain_text("2 of 3 cells")
        assert page.evaluate("window.isKept")
    rest.set()
    for page in pages:
        expect(page.locator(".results-head .badge")).to_have_text("Not passed")
        expect(page.get_by_role("link", name="Fix 1 regressed…")).to_be_visible()
        assert page.evaluate("window.isKept")
    cell(pages[0], "C-07, Large: pass, now fail").click()
    expect(pages[0].get_by_role("heading", name="What changed for this case")).to_be_visible()
    expect(pages[0].locator(".result-lines")).to_contain_text("propose no restart on your own")
