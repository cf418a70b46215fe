"""The auditor's way through the trail: find, verify, open, review, and who held a field."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from projects.services import update_project
from tests.browser.people import Person, World
from tests.browser.test_accessible import in_both_themes

LIST = "/admin/audit/event/"


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_the_trail_is_read_verified_and_reviewed(
    person: Callable[..., Person], world: World, size: tuple[int, int]
) -> None:
    jonas = person("auditor", size=size)
    page = jonas.page
    page.goto(f"{world.url}{LIST}?chain={world.project.id}")
    found = {"list": in_both_themes(page)}

    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Chain verified up to")

    page.locator("tr", has_text="v12: Prompt").get_by_role("link").first.click()
    expect(page.locator(".audit-opened ins").first).to_have_text("12")
    expect(page.locator(".audit-facts")).to_contain_text("Matches")
    found["open row"] = in_both_themes(page)
    page.reload()
    expect(page.locator(".audit-opened")).to_be_visible()
    page.locator("summary", has_text="Export").click()
    expect(page.get_by_role("link", name="JSON Lines")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Table (CSV)").click()
    assert download.value.suggested_filename == f"events-{world.project.id}.csv"
    page.locator("summary", has_text="Export").click()

    page.get_by_role("link", name="Record a review").click()
    expect(page.get_by_label("Findings")).to_be_visible()
    found["review"] = in_both_themes(page)
    page.get_by_label("Findings").fill("A question on line 28.")
    page.get_by_label("To event").fill("999999")
    jonas.expected.append("status of 400")
    page.get_by_role("button", name="Record the review").click()
    expect(page.get_by_role("alert")).to_contain_text("Give the number of an event")
    expect(page.get_by_label("Findings")).to_have_value("A question on line 28.")
    found["refused review"] = in_both_themes(page)
    page.get_by_label("To event").fill("9")
    page.get_by_role("button", name="Record the review").click()
    expect(page.locator("tr.is-open")).to_contain_text("Events 1 to 9, with findings")

    page.goto(f"{world.url}{LIST}held/?chain={world.project.id}&field=prompt_text")
    expect(page.locator("tbody tr").first).to_contain_text("v12")
    found["held"] = in_both_themes(page)
    assert {name: words for name, words in found.items() if words} == {}


def test_a_click_anywhere_on_a_row_or_enter_opens_it(person: Callable[..., Person], world: World) -> None:
    page = person("auditor").page
    page.goto(f"{world.url}/projects/{world.project.id}/")
    page.get_by_role("navigation", name="This project").get_by_role("link", name="Audit").click()
    row = page.locator("tr", has_text="v12: Prompt")

    row.locator(".audit-from").click()
    expect(row).to_have_class(re.compile("is-open"))
    row.locator(".audit-from").click()
    expect(row).not_to_have_class(re.compile("is-open"))
    row.get_by_role("link").first.focus()
    page.keyboard.press("Enter")
    expect(row).to_have_class(re.compile("is-open"))

    row.get_by_role("link", name="v12: Prompt").click()
    expect(page).to_have_url(re.compile(r"/versions/12/"))


def test_days_are_chosen_by_a_form(person: Callable[..., Person], world: World) -> None:
    page = person("auditor").page
    page.goto(f"{world.url}{LIST}?chain={world.project.id}&group=draft")
    page.get_by_label("From").fill("2099-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="No matching events")).to_be_visible()
    expect(page.get_by_label("From")).to_have_value("2099-01-01")
    page.get_by_role("link", name="Any day").click()
    expect(page.locator("tr", has_text="v12: Prompt")).to_be_visible()
    assert "group=draft" in page.url


@pytest.mark.parametrize("width", [1280, 820])
def test_a_long_name_leaves_what_was_done_in_sight(person: Callable[..., Person], world: World, width: int) -> None:
    def act() -> None:
        world.people["owner"].display_name = "Anneliese Wolfeschlegelsteinhausenbergerdorff-Schmidt"
        world.people["owner"].save(update_fields=["display_name"])
        update_project(caller=world.caller("owner"), project_id=world.project.id, name="Case intake " * 12)

    world.arrange(act)
    page = person("auditor", size=(width, 844)).page
    page.goto(f"{world.url}{LIST}?chain={world.project.id}")

    assert page.locator(".audit-who > span").first.evaluate("one => one.scrollWidth <= one.clientWidth")
    header = page.locator("#header")
    inside = "one => [...one.children].every(part => part.offsetTop >= 0 && part.offsetHeight <= one.clientHeight)"
    assert header.evaluate(inside)
    ends = header.evaluate("one => [...one.children].map(part => part.getBoundingClientRect().bottom)")
    assert max(ends) <= header.evaluate("one => one.getBoundingClientRect().bottom")
