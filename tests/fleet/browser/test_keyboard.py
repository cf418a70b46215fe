"""The fleet by keyboard: the tree of teams, the page of a code, and pages that are written anew meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from stages.fleet.services import pause_directive
from tests.browser.people import Person, World
from tests.fleet.browser.scene import Scene
from tests.fleet.stations import begin


@pytest.fixture
def scene(world: World) -> Scene:
    made: Scene = world.arrange(lambda: Scene.make(world))
    return made


def test_the_tree_leads_to_stations_by_arrow_keys(person: Callable[..., Person], world: World, scene: Scene) -> None:
    page = person("owner").page
    page.goto(f"{world.url}/fleet/teams/")
    focused = page.locator(":focus")
    page.locator(f"#team-{scene.teams['study'].id}").focus()
    page.keyboard.press("ArrowRight")
    expect(focused).to_contain_text("dok-ws-07")
    page.keyboard.press("ArrowDown")
    expect(focused).to_contain_text("sbr-laptop-02")
    page.keyboard.press("ArrowLeft")
    expect(focused).to_contain_text("ONC-2041 study team")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="dok-ws-07")).to_be_visible()


def test_the_code_of_a_machine_waits_for_the_box_and_enter_refuses_nothing(
    person: Callable[..., Person], world: World, scene: Scene
) -> None:
    page = person("editor").page
    page.goto(f"{world.url}/device/?code={world.arrange(lambda: begin(name='dok-ws-09').user_code)}")
    connect = page.get_by_role("button", name="Connect station")
    box = page.get_by_label("The code and site key match those on the machine")
    expect(connect).to_be_disabled()
    box.press("Enter")
    expect(connect).to_be_disabled()
    box.press("Space")
    expect(connect).to_be_enabled()
    box.press("Enter")
    expect(connect).to_be_hidden()
    expect(page.get_by_text("dok-ws-09").first).to_be_visible()


def test_what_has_the_focus_keeps_it_when_the_page_is_written_anew(
    person: Callable[..., Person], world: World, scene: Scene
) -> None:
    page = person("owner").page
    page.goto(f"{world.url}/fleet/")
    link = page.get_by_role("link", name="Protocol assistant", exact=True)
    link.focus()

    def pause() -> None:
        directive_id = scene.directives["topology"].id
        pause_directive(caller=world.caller("owner"), directive_id=directive_id, reason="The sources have moved")

    world.arrange(pause)
    expect(page.locator(".directive-row", has_text="What the agent may read").locator(".badge")).to_have_text("Paused")
    expect(link).to_be_focused()
