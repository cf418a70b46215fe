"""The permissions that apps register for projects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.urls import URLPattern

from accounts.callers import Caller, foundry_caller
from accounts.models import User
from accounts.services import deactivate_account
from audit.services import Target
from kernel.errors import NotAuthenticated, NotFound, ProjectFrozen
from projects.access import get_project
from projects.models import Project, Role, Status
from projects.permissions import OPEN, PERMISSIONS, Permission, allowed, authorise, may, register_permissions
from projects.writing import appointed_write, project_write
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


@pytest.mark.django_db
def test_a_write_can_get_its_permission_from_elsewhere(project: Project, outsider: User, caller_for: Any) -> None:
    """It is refused by its own check before anything else, and a repeat of it is answered after it."""
    caller = caller_for(outsider, client_ref=uuid4())
    facts: dict[str, Any] = {"project_id": project.id, "action": "canvas.appointed", "parameters": {"n": 1}}

    def refuse() -> None:
        raise NotFound("Nothing is there.")

    with pytest.raises(NotFound), appointed_write(caller=caller, check=refuse, **facts):
        raise AssertionError("nothing may be written")
    with appointed_write(caller=caller, check=lambda: None, **facts) as write:
        write.record("project.updated", Target.of("project", project.id), {"before": {}, "after": {}})
    with appointed_write(caller=caller, check=lambda: None, **facts) as write:
        assert write.repeat_of is not None
    with pytest.raises(NotFound), appointed_write(caller=caller, check=refuse, **facts):
        raise AssertionError("nothing may be read")
    deactivate_account(caller=foundry_caller("command"), user_id=outsider.id)
    with pytest.raises(NotAuthenticated), appointed_write(caller=caller, check=lambda: None, **facts):
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


def test_a_replica_is_read_and_has_members_and_nothing_of_its_texts_is_written() -> None:
    allowing = {action for action in PERMISSIONS if Status.REPLICA in PERMISSIONS[action].statuses}
    assert {"project.read", "member.add", "member.change_role", "member.remove"} <= allowing
    texts = {"project.update", "project.archive", "draft.save", "lock.acquire", "release.submit"}
    assert not texts & allowing
    with pytest.raises(ProjectFrozen, match="at home"):
        authorise(action="project.update", role=Role.OWNER, status=Status.REPLICA)
