from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundry_site.embedded import addresses, postgres, valkey
from tests import databases
from tests.copies import dumped, fill


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


@pytest.fixture(scope="session")
def migrated_tables(django_db_setup: None) -> bytes:
    """The tables of the tests' template, as SQL."""
    return dumped(databases.address(databases.template()))


@pytest.fixture
def used_data_dir(data_dir: Path, migrated_tables: bytes) -> Path:
    """The data folder, where a site has served before, with nobody in it; it has the stages of these tests.

    To migrate takes most of a first start, which `test_a_first_and_a_second_run` looks at.
    """
    postgres.start(data_dir, durable=False)
    fill(addresses.database_url(data_dir), migrated_tables)
    postgres.stop(data_dir)
    return data_dir
