"""Registers of the demo's project that three sites have written in, in windows of its people."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundry_site.launcher.chromium import find_chromium
from tests.browser.conftest import (  # noqa: F401 (fixtures)
    arrange,
    chromium,
    committed_db,
    person,
    pictures,
    whole_pages,
    world,
)
from tests.browser.people import World
from tests.registers.reading.browser.scene import Scene


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder drives Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if find_chromium() is None:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))


@pytest.fixture
def scene(world: World) -> Scene:  # noqa: F811
    made: Scene = world.arrange(lambda: Scene.make(world))
    return made
