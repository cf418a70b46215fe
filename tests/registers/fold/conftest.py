"""Three sites that are cut off from each other until they meet."""

from __future__ import annotations

import pytest

from tests.registers.fold.network import Network


@pytest.fixture(params=[(), (200_000, -200_000, 0)], ids=["one time", "skewed clocks"])
def net(request: pytest.FixtureRequest) -> Network:
    made = Network(3, skews=request.param)
    made.tick()
    return made
