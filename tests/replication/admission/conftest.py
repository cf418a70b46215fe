"""A project, its owner, and a site that an invitation of the owner brought."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.callers import Caller
from accounts.models import User
from projects.models import Project
from stages.replication.admission.services import invite_site
from tests.registers.storing.world import Desk
from tests.replication.admission.world import Elsewhere


@pytest.fixture
def boss(owner: User, caller_for: Callable[..., Caller]) -> Caller:
    """The owner of the project."""
    return caller_for(owner)


@pytest.fixture
def administrator(make_user: Callable[..., User], caller_for: Callable[..., Caller]) -> Caller:
    return caller_for(make_user("administrator", is_administrator=True))


@pytest.fixture
def invite(project: Project, boss: Caller) -> Callable[..., str]:
    """Make an invitation; its text."""

    def make(**wanted: Any) -> str:
        facts = {"caller": boss, "rights": "writes", "copies": False, **wanted}
        return invite_site(project_id=project.id, **facts).text

    return make


@pytest.fixture
def bring(project: Project, invite: Callable[..., str]) -> Callable[..., Elsewhere]:
    """Have another site come by an invitation."""

    def come(name: str = "Basel", **wanted: Any) -> Elsewhere:
        site = Elsewhere(project.id, name)
        site.come(invite(**wanted))
        return site

    return come


@pytest.fixture
def ann(project: Project, editor: User, caller_for: Callable[..., Caller]) -> Desk:
    desk = Desk(project, caller_for(editor))
    desk.create_table()
    return desk
