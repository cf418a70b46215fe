"""A project whose modules declare views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from projects.models import Project
from tests.automation.modules.world import Site


@pytest.fixture
def site(
    project: Project, owner: Any, editor: Any, make_user: Callable[..., Any], caller_for: Callable[..., Any]
) -> Site:
    administrator = make_user("administrator", is_administrator=True)
    return Site(project, caller_for(owner), caller_for(editor), caller_for(administrator))
