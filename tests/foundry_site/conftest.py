from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundry_site.embedded import postgres, valkey


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data folder whose services are stopped in the end.

    Not pytest's ``tmp_path``: every pytest closes that folder's parents to other users, Postgres's own among them.
    """
    folder = Path(tempfile.mkdtemp(prefix="foundry-data-"))
    yield folder
    postgres.stop(folder)
    valkey.stop(folder)
    shutil.rmtree(folder)
