"""Due dates, tokens, people, the guide and being offline, as they are seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from presence.services import record_presence
from tests.browser.people import Person, World
from tests.browser.test_accessible import violations
from tests.browser.test_who_is_here import many_readers_and_a_writer

# Where any of a line's text lies under the flag of who writes in it.
COVERED = """flag => {
  const walker = document.createTreeWalker(flag.closest(".cm-line"), NodeFilter.SHOW_TEXT);
  const own = flag.getBoundingClientRect();
  const covered = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (flag.contains(node)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      const [across, down] = [box.left < own.right - 1 && own.left < box.right - 1, box.bottom - 1 > own.top];
      if (across && down && box.top < own.bottom - 1) {
        covered.push(node.data);
      }
    }
  }
  return covered;
}"""


def test_a_task_is_due_and_overdue_in_words(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.open("?panel=tasks")
    page.get_by_label("New task").fill("Sign the protocol")
    page.get_by_label("Due", exact=True).fill(str(timezone.now().date() - timedelta(days=3)))
    page.get_by_role("button", name="Add task").click()
    task = page.locator(".task")
    expect(task).to_contain_text("Overdue since")
    expect(page.get_by_label("New task")).to_have_value("")
    expect(page.get_by_label("Due", exact=True)).to_have_value("")
    assert violations(page) == []

    task.get_by_label("Due date of “Sign the protocol”").fill(str(timezone.now().date() + timedelta(days=400)))
    expect(task).not_to_contain_text("Overdue")
    expect(task).to_contain_text("Due ")


def test_every_page_says_offline_and_takes_it_back(person: Callable[..., Person], subtests: pytest.Subtests) -> None:
    mara = person("owner")
    mara.expected += ["ERR_INTERNET_DISCONNECTED", "WebSocket"]
    for path in ("releases/", "activity/", "members/", "history/"):
        with subtests.test(path=path):
            page = mara.open(path)
            bar = page.locator("#page-bars")
            page.context.set_offline(True)
            expect(bar).to_contain_text("Offline.")
            page.context.set_offline(False)
            expect(bar).not_to_contain_text("Offline.")


def test_the_flag_of_who_writes_covers_no_text(person: Callable[..., Person]) -> None:
    mara, daniel = person("owner"), person("editor")
    mara.at_work()
    daniel.at_work()
    mara.line("Never compute").click()
    mara.page.keyboard.type("x")
    flag = daniel.page.locator(".cm-remote-name")
    expect(flag).to_have_text(re.compile("Mara"))
    assert flag.evaluate(COVERED) == []


def test_on_a_phone_the_name_of_the_project_has_room_beside_eight_people(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner", size=(390, 844))
    people = world.arrange(lambda: many_readers_and_a_writer(world))
    world.arrange(lambda: record_presence(project_id=world.project.id, node="another", people=people))
    page = mara.at_work()
    bar = page.locator(".presence-phone")
    expect(bar.get_by_role("button", name="+8 more people are here")).to_be_visible()
    expect(bar.locator(".contents > .person")).to_have_count(0)
    name = page.locator("#project-name")
    assert name.evaluate("name => name.scrollWidth - name.clientWidth") <= 0


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_the_guide_is_read_from_the_menu(person: Callable[..., Person], size: tuple[int, int]) -> None:
    page = person("owner", size=size).open("members/")
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("link", name="User guide").click()
    expect(page.get_by_role("heading", name="Review the audit trail")).to_be_visible()
    assert violations(page) == []


def test_a_member_is_found_by_the_palette_and_the_filter(person: Callable[..., Person]) -> None:
    page = person("owner").open("members/")
    page.keyboard.press("/")
    page.keyboard.type("daniel")
    expect(page.locator(".member-row")).to_have_count(1)
    expect(page.locator("#member-count")).to_contain_text("1 of 4 people")
    page.get_by_role("button", name="Change role… of Daniel Okafor").click()
    expect(page.get_by_role("dialog")).to_contain_text("Daniel Okafor")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Search or jump to").click()
    page.get_by_role("combobox").fill("Priya")
    page.get_by_role("option", name="Priya Raman").click()
    expect(page.locator(".member-row:target")).to_contain_text("Priya Raman")


def test_a_form_that_was_left_is_empty_when_it_is_opened_again(person: Callable[..., Person], world: World) -> None:
    page = person("owner").page
    page.goto(f"{world.url}/projects/")
    name = page.get_by_role("dialog").get_by_label("Name")
    page.get_by_role("button", name="New project").click()
    name.fill("Half a name")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="New project").click()
    expect(name).to_have_value("")
