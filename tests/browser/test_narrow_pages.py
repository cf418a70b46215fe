"""Pages in windows between a phone's and a desk's: states stay whole, and nothing covers anything."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex

from playwright.sync_api import Page, expect

from accounts.callers import foundry_caller
from accounts.models import User
from accounts.services import create_account
from projects.services import create_project
from publishing.services import submit_release
from tests.browser.people import Person, World
from tests.browser.test_accessible import TOO_WIDE

STATES_CUT = """() => [...document.querySelectorAll(".project-row .badge span")]
  .filter(one => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
  .map(one => one.textContent)"""
# Of two neighbours neither lies over the other.
COVERED = """() => {
  const found = [];
  const names = "#branding, #user-tools, #searchbar, #changelist-search [type=submit], .results, #changelist-filter";
  const parts = [...document.querySelectorAll(names)].filter(one => one.checkVisibility());
  for (const one of parts) {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    if (top < 0 || left < 0) found.push(`outside: ${one.id}`);
    for (const other of parts) {
      if (one === other || one.contains(other) || other.contains(one)) continue;
      const box = other.getBoundingClientRect();
      const isBeside = left > box.right - 1 || box.left > right - 1 || top > box.bottom - 1 || box.top > bottom - 1;
      if (!isBeside) found.push(`${one.id} and ${other.id}`);
    }
  }
  return found;
}"""


def test_the_state_of_a_project_is_whole_in_the_list(person: Callable[..., Person], world: World) -> None:
    version = world.current().version_number
    world.arrange(
        lambda: submit_release(caller=world.caller("owner"), project_id=world.project.id, name="1.0", version=version)
    )
    page = person("owner").page
    page.goto(f"{world.url}/projects/")
    expect(page.locator(".project-row", has_text="Oncology protocol agent")).to_contain_text("In review")
    for width in (1440, 1280, 1000, 820, 780):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate(STATES_CUT) == [], width


def make_administrator() -> User:
    username = f"administrator-{token_hex(4)}"
    return create_account(caller=foundry_caller("command"), username=username, is_administrator=True)


def test_the_administration_has_room_in_a_narrow_window(person: Callable[..., Person], world: World) -> None:
    world.people["administrator"] = world.arrange(make_administrator)
    page = person("administrator").page
    for path in ("", "accounts/user/", "accounts/user/add/"):
        page.goto(f"{world.url}/admin/{path}")
        expect(page.locator("#branding")).to_be_visible()
        for width in (1920, 1280, 1024, 820, 390):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate(COVERED) == [], (path, width)
            assert page.evaluate(TOO_WIDE) <= 0, (path, width)


def test_a_project_without_versions_has_nothing_that_was_saved(person: Callable[..., Person], world: World) -> None:
    empty = world.arrange(lambda: create_project(caller=world.caller("owner"), name="An empty one"))
    page: Page = person("owner", size=(390, 844)).page
    page.goto(f"{world.url}/projects/{empty.id}/")
    expect(page.locator(".ws[data-line='live']")).to_be_visible()
    expect(page.locator(".ws-savebar")).to_contain_text("Nothing saved yet")
