"""Registers of the demo's project that three sites have written in, in windows of its people."""

from __future__ import annotations

import pytest

from tests.browser.conftest import (  # noqa: F401 (fixtures)
    arrange,
    chromium,
    person,
    pictures,
    whole_pages,
    world,
)
from tests.browser.people import World
from tests.registers.reading.browser.scene import Scene


@pytest.fixture
def scene(world: World) -> Scene:  # noqa: F811
    made: Scene = world.arrange(lambda: Scene.make(world))
    return made
