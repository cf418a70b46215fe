"""The tree of teams by keyboard, and as a list for screen readers."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from stages.fleet.models import Team
from stages.fleet.services import create_team
from tests.browser.people import Person, World
from tests.browser.test_accessible import in_both_themes

MOST_TABS = 80


def below(world: World, team: Team, *names: str) -> list[Team]:
    """Teams below a team, in this order."""
    boss = world.caller("boss")
    made: list[Team] = world.arrange(lambda: [create_team(caller=boss, parent_id=team.id, name=name) for name in names])
    return made


def presses(page: Page, key: str, team: Team) -> None:
    page.keyboard.press(key)
    expect(page.locator(".graph-team:focus")).to_have_attribute("id", f"team-{team.id}")


def test_the_tree_of_teams_by_keyboard(person: Callable[..., Person], world: World, oncology: Team) -> None:
    """Case 43: five levels; Tab reaches a team, arrows lead to parent, child and sibling, Enter opens."""
    first, second = below(world, oncology, "Aachen", "Bern")
    (study,) = below(world, first, "Study 2041")
    (arm,) = below(world, study, "Arm 1")
    page = person("boss").page
    page.goto(f"{world.url}/fleet/teams/?team={oncology.id}")
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.locator(".graph-team:focus").count():
            break
    expect(page.locator(".graph-team:focus")).to_have_count(1)
    page.locator(f"#team-{oncology.id}").focus()
    for key, team in (
        *(("ArrowRight", first), ("ArrowDown", second), ("ArrowUp", first)),
        *(("ArrowRight", study), ("ArrowRight", arm), ("ArrowLeft", study), ("ArrowLeft", first)),
        *(("ArrowLeft", oncology), ("ArrowRight", first)),
    ):
        presses(page, key, team)
    assert in_both_themes(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Aachen")).to_be_visible()
    assert in_both_themes(page) == []


def test_the_tree_is_a_list_for_screen_readers(person: Callable[..., Person], world: World, oncology: Team) -> None:
    below(world, oncology, "Aachen", "Bern")
    page = person("boss").page
    page.goto(f"{world.url}/fleet/teams/")
    names = page.locator(".graph-team b").all_inner_texts()
    assert {oncology.name, "Aachen", "Bern"} <= set(names)
    for name in (oncology.name, "Aachen"):
        expect(page.get_by_role("group", name="Tree of teams").get_by_role("link", name=name).first).to_be_visible()
    page.get_by_role("link", name="List", exact=True).click()
    expect(page.locator(".team-list")).to_be_visible()
    assert set(page.locator(".team-list a").all_inner_texts()) == set(names)
