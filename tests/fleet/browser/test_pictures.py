"""The pictures of the fleet for the documentation; with `FOUNDRY_PICTURES=1` they replace those in `docs/pictures`.

Each page is also looked at by axe, and in narrow windows.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.people import Person, World
from tests.browser.test_accessible import PHONE, in_both_themes, resize, too_wide
from tests.browser.test_pictures import in_both_themes as picture
from tests.fleet.browser.scene import Scene
from tests.fleet.stations import begin

# Also where the layout changes.
WIDTHS = (PHONE, (768, 844), (1024, 844), (1280, 800))


@pytest.fixture
def scene(world: World) -> Scene:
    made: Scene = world.arrange(lambda: Scene.make(world))
    return made


def test_pictures_of_the_fleet(
    person: Callable[..., Person], world: World, scene: Scene, pictures: Path, subtests: pytest.Subtests
) -> None:
    mara, daniel, inga = person("owner"), person("editor"), person("boss")
    device = world.arrange(lambda: begin().user_code)
    directive, station, team = (
        scene.directives["assistant"].id,
        scene.stations["dok-ws-07"].pk,
        scene.teams["oncology"].id,
    )
    for name, who, path in (
        ("fleet", mara, "fleet/"),
        ("fleet-directive", mara, f"fleet/directives/{directive}/"),
        ("fleet-station", mara, f"fleet/stations/{station}/"),
        ("fleet-teams", mara, f"fleet/teams/?team={team}"),
        ("fleet-reports", mara, "fleet/reports/"),
        ("fleet-requests", mara, "fleet/requests/"),
        ("fleet-device", daniel, f"device/?code={device}"),
        ("people", inga, "people/"),
        ("person", inga, f"people/{world.people['editor'].id}/"),
    ):
        with subtests.test(name=name):
            world.arrange(scene.touch)
            page = who.page
            page.goto(f"{world.url}/{path}")
            if name == "fleet-device":
                page.get_by_label("The code and site key match those on the machine").check()
            if name != "person":
                picture(page, pictures, name)
            assert in_both_themes(page) == []
            assert narrow(page) == []


def narrow(page: Page) -> list[str]:
    """What is too wide in smaller windows."""
    found = []
    for size in WIDTHS:
        resize(page, size)
        found += [f"{size[0]} px: {each}" for each in too_wide(page)]
    page.set_viewport_size({"width": 1440, "height": 900})
    return found
