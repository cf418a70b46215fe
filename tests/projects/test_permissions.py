"""The permissions that apps register for projects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.urls import URLPattern

from accounts.callers import Caller
from accounts.models import User
from projects.access import get_project
from projects.models import Project, Role, Status
from projects.permissions import OPEN, PERMISSIONS, Permission, allowed, authorise, may, register_permissions
from projects.writing import project_write
from tests.rest.addresses import addresses


@pytest.fixture
def canvas_write() -> Iterator[Permission]:
    permission = Permission("canvas.write", Role.EDITOR, OPEN)
    with PERMISSIONS.replaced(PERMISSIONS):
        register_permissions(permission)
        yield permission


@pytest.mark.usefixtures("canvas_write")
def test_an_app_adds_a_permission() -> None:
    assert may("canvas.write", role=Role.OWNER)
    assert not may("canvas.write", role=Role.REVIEWER)
    assert allowed("canvas.write", role=Role.EDITOR, status=Status.OPEN)
    assert not allowed("canvas.write", role=Role.EDITOR, status=Status.FROZEN)


def test_two_apps_cannot_give_one_action_to_different_roles(canvas_write: Permission) -> None:
    register_permissions(canvas_write)
    with pytest.raises(ValueError, match=r"canvas\.write"):
        register_permissions(Permission("canvas.write", Role.VIEWER, OPEN))


@pytest.mark.django_db
def test_an_action_that_no_app_registers_is_a_programming_error(owner: User, project: Project, caller_for: Any) -> None:
    for ask in (
        lambda: may("canvas.write", role=None),
        lambda: allowed("canvas.write", role=Role.OWNER, status=Status.OPEN),
        lambda: authorise(action="canvas.write", role=Role.OWNER, status=Status.OPEN),
        # Even where there is nothing to be allowed or refused.
        lambda: get_project(user=owner, project_id=uuid4(), action="canvas.write"),
        lambda: _write(caller_for(owner), project),
    ):
        with pytest.raises(LookupError, match=r"canvas\.write"):
            ask()


def _write(caller: Caller, project: Project) -> None:
    with project_write(caller=caller, project_id=project.id, action="canvas.write"):
        raise AssertionError("nothing may be written")


def test_the_views_ask_for_actions_that_exist() -> None:
    asked = {_write_action(pattern) for _, pattern in addresses("foundry_site.api_urls")} - {None}
    assert len(asked) > 5
    assert asked <= set(PERMISSIONS)


def _write_action(pattern: URLPattern) -> str | None:
    view: Any = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", None)
    action = getattr(view, "write_action", None)
    # Some views find out by their request.
    return action if isinstance(action, str) else None
