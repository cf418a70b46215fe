"""The pictures of the page Sites; with `FOUNDRY_PICTURES=1` they replace those in `docs/pictures`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.people import Person, World
from tests.browser.test_pictures import in_both_themes
from tests.replication.scenes import six_sites


def test_pictures_of_sites(person: Callable[..., Person], world: World, pictures: Path) -> None:
    world.arrange(lambda: six_sites(world.project, world.caller("owner")))
    mara = person("owner")
    page = mara.open("sites/")
    expect(page.locator(".sites-node")).to_have_count(6)
    in_both_themes(page, pictures, "sites")
