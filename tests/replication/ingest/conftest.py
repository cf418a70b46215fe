"""A project with a table, another site of it that was admitted, and what that site sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from projects.models import Project
from tests.registers.storing.world import Desk
from tests.replication.ingest.world import Site


@pytest.fixture
def ann(project: Project, editor: Any, caller_for: Callable[..., Any]) -> Desk:
    desk = Desk(project, caller_for(editor))
    desk.create_table()
    return desk


@pytest.fixture
def basel(ann: Desk) -> Site:
    return Site(ann.project, "Basel").admit()
