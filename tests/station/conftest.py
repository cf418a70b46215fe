"""Stations of these tests. The package needs nothing of the server, and neither do they."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.station.rig import Rig
from tests.station.shell import shell  # noqa: F401 (a fixture)

# Stations wait for the disk all the time; what is tested does not depend on it.
IN_MEMORY = Path("/dev/shm")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of its own, in memory where there is such a place."""
    place = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="foundry-station-", dir=place) as name:
        yield Path(name).resolve()


@pytest.fixture
def rig(folder: Path) -> Iterator[Rig]:
    """A station on folders of its own."""
    rig = Rig(folder)
    yield rig
    rig.state.close()
