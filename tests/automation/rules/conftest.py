"""A project with tables, and no rule yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from projects.models import Project
from tests.automation.rules.stage import Stage


@pytest.fixture
def stage(project: Project, owner: Any, editor: Any, caller_for: Callable[..., Any]) -> Stage:
    stage = Stage(project, caller_for(editor), caller_for(owner))
    stage.begin()
    return stage
