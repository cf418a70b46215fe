"""The workspace of the demo's project, with requirements that lines can be linked to."""

from __future__ import annotations

import pytest

from stages.automation.facets import PASSAGE
from stages.registers.schema import Relation
from tests.automation.passages.conftest import IMPLEMENTED
from tests.browser.conftest import (  # noqa: F401 (fixtures)
    arrange,
    chromium,
    person,
    pictures,
    whole_pages,
    world,
)
from tests.browser.people import World
from tests.registers.browser.conftest import Tables


@pytest.fixture
def requirements(world: World) -> list[str]:  # noqa: F811
    """Three requirements, and a relation from them to passages."""
    tables = Tables(world)
    tables.make()
    tables.relate(Relation(IMPLEMENTED, source="requirements", target=PASSAGE))
    return tables.add([{"statement": f"Statement {at}"} for at in range(1, 4)])
