"""Whoever is in a project, on each of its pages: writers first, and beyond four of them a list."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from presence.redis_presence import PersonPresence
from presence.services import record_presence
from tests.browser.people import Person, World

TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"


def many_readers_and_a_writer(world: World) -> list[PersonPresence]:
    """Seven people who read, and one who writes and came last."""
    world.writer("editor").take("files/topology.yaml")
    readers = [
        PersonPresence({"id": str(uuid4()), "display_name": f"Dr. Reader {number}", "kind": "person"}, ("prompt_text",))
        for number in range(7)
    ]
    return [*readers, PersonPresence(world.people["editor"].person(), ("files/topology.yaml",))]


def shows_four_and_opens_a_list(page: Page) -> None:
    bar = page.locator(".projectbar .presence")
    expect(bar.locator(".person:visible")).to_have_count(4)
    expect(bar.locator(".person:visible").first).to_contain_text("editing topology.yaml")
    expect(bar.locator(".person:visible [data-part=short-name]")).to_have_text(["Daniel", *["Reader"] * 3])
    expect(bar.locator(".person:visible .avatar").nth(1)).to_have_text("R0")
    assert page.evaluate(TOO_WIDE) <= 0
    more = bar.get_by_role("button", name="+4 more people are here")
    more.press("Enter")
    everyone = page.get_by_role("group", name="Everyone here")
    expect(everyone.locator(".person:visible")).to_have_count(8)
    expect(everyone).to_contain_text("Daniel Okafor")
    expect(everyone).to_contain_text("Dr. Reader 6")
    page.keyboard.press("Escape")
    expect(everyone).to_be_hidden()
    expect(more).to_be_focused()


def test_with_many_people_the_writer_comes_first_and_the_rest_is_a_list(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner", size=(1280, 800))
    people = world.arrange(lambda: many_readers_and_a_writer(world))
    for open_page in (lambda: mara.open("history/"), mara.at_work):
        # What a node says of its people holds for 23 seconds.
        world.arrange(lambda: record_presence(project_id=world.project.id, node="another", people=people))
        shows_four_and_opens_a_list(open_page())


def test_on_a_phone_the_list_of_everyone_is_in_the_window(person: Callable[..., Person], world: World) -> None:
    mara = person("owner", size=(390, 844))
    people = world.arrange(lambda: many_readers_and_a_writer(world))
    world.arrange(lambda: record_presence(project_id=world.project.id, node="another", people=people))
    page = mara.at_work()

    for path in ("", "members/"):
        page.goto(world.address + path)
        # Where there are tabs, they have their row for themselves.
        assert page.locator("#project-tabs:visible").evaluate_all("all => all.every(one => one.clientWidth > 340)")
        page.get_by_role("button", name="+8 more people are here").click()

        everyone = page.get_by_role("group", name="Everyone here")
        expect(everyone.locator(".person:visible").first).to_be_in_viewport(ratio=1)
