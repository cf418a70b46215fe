"""A project that was recorded at home, and is then looked at as the replica of it that another site has."""

from __future__ import annotations

import pytest

from tests.cast import new_reviewed
from tests.publishing.reviews import begun
from tests.replication.home.copying import CopiedProject, record_at_home


@pytest.fixture
def recorded(db: None) -> CopiedProject:
    """A replica that has nothing of its home's record yet."""
    return record_at_home(begun(*new_reviewed()))


@pytest.fixture
def copied(recorded: CopiedProject) -> CopiedProject:
    """A replica that has all of its home's record, and every text of it."""
    recorded.take_with_texts()
    return recorded
