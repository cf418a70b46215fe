"""Somebody can act in every project: its owners are people with an open account, and the database says so too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from accounts.callers import foundry_caller
from accounts.models import User
from accounts.services import deactivate_account
from audit.models import Event
from kernel.errors import Conflict, PermissionDenied, ValidationFailed
from projects.models import Member, Project
from projects.services import add_member, change_role, create_project, remove_member

pytestmark = pytest.mark.django_db

REASON = "It must be so"


def check_now() -> None:
    """Have the database check what it would check at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def as_from_before(table: str, statement: str, values: list[Any]) -> None:
    """Write what only a release before this one let through."""
    check_now()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("role", ["viewer", "reviewer", "editor", "owner"])
@pytest.mark.parametrize("name", ["foundry", "other"])
def test_a_service_is_no_member(
    owner: User, project: Project, caller_for: Callable[..., Any], make_user: Callable[..., User], role: str, name: str
) -> None:
    service = User.objects.foundry() if name == "foundry" else make_user("other", kind="service")
    for named in ({"user_id": service.id}, {"username": service.username}):
        with pytest.raises(ValidationFailed):
            add_member(caller=caller_for(owner), project_id=project.id, role=role, **named)


@pytest.mark.parametrize("kind", ["agent", "device"])
def test_only_people_own_a_project(
    owner: User, project: Project, caller_for: Callable[..., Any], make_user: Callable[..., User], kind: str
) -> None:
    machine, caller = make_user("robot", kind=kind), caller_for(owner)
    with pytest.raises(ValidationFailed, match="Only people"):
        add_member(caller=caller, project_id=project.id, user_id=machine.id, role="owner")
    add_member(caller=caller, project_id=project.id, user_id=machine.id, role="editor")
    with pytest.raises(ValidationFailed, match="Only people"):
        change_role(caller=caller, project_id=project.id, user_id=machine.id, role="owner", reason=REASON)
    with pytest.raises(PermissionDenied, match="Only people"):
        create_project(caller=caller_for(machine), name="Mine")


def test_who_only_a_machine_could_follow_stays(
    owner: User, project: Project, caller_for: Callable[..., Any], make_user: Callable[..., User]
) -> None:
    """A machine that owns the project since before that was impossible does not count."""
    machine, caller = make_user("robot", kind="agent"), caller_for(owner)
    as_from_before(
        "projects_member",
        "INSERT INTO projects_member (project_id, user_id, role, added_at) VALUES (%s, %s, 'owner', now())",
        [project.id, machine.id],
    )
    with pytest.raises(Conflict):
        remove_member(caller=caller, project_id=project.id, user_id=owner.id, reason=REASON)
    with pytest.raises(Conflict):
        change_role(caller=caller, project_id=project.id, user_id=owner.id, role="viewer", reason=REASON)
    with pytest.raises(Conflict, match="only owner"):
        deactivate_account(caller=foundry_caller("command"), user_id=owner.id)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_user SET is_active = false WHERE id = %(owner)s",
        "UPDATE projects_member SET role = 'editor' WHERE user_id = %(owner)s",
        "DELETE FROM projects_member WHERE user_id = %(owner)s",
        "UPDATE projects_member SET role = 'owner' WHERE user_id = %(agent)s",
        "UPDATE projects_member SET user_id = %(service)s WHERE user_id = %(owner)s",
        """INSERT INTO projects_member (project_id, user_id, role, added_at)
        VALUES (%(project)s, %(service)s, 'viewer', now())""",
    ],
)
def test_the_database_keeps_an_owner_who_can_act(
    owner: User, project: Project, caller_for: Callable[..., Any], make_user: Callable[..., User], statement: str
) -> None:
    agent = make_user("robot", kind="agent")
    add_member(caller=caller_for(owner), project_id=project.id, user_id=agent.id, role="editor")
    check_now()
    names = {"owner": owner.id, "agent": agent.id, "service": User.objects.foundry().id, "project": project.id}
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match=r"who can act|cannot be"):
        cursor.execute(statement, names)


def test_a_project_that_nobody_can_act_in_is_given_an_owner(owner: User, editor: User, project: Project) -> None:
    with pytest.raises(CommandError, match="active owner"):
        call_command("appoint_owner", str(project.id), editor.username, reason=REASON)
    as_from_before("accounts_user", "UPDATE accounts_user SET is_active = false WHERE id = %s", [owner.id])
    with pytest.raises(CommandError, match="No such person"):
        call_command("appoint_owner", str(project.id), owner.username, reason=REASON)
    call_command("appoint_owner", str(project.id), editor.username, reason=REASON)
    assert Member.objects.get(project=project, user=editor).role == "owner"
    event = Event.objects.of_project(project.id).last()
    assert event is not None
    assert (event.action, event.record["reason"]) == ("member.role_changed", REASON)


def test_an_address_tells_nobody_whose_it_is(
    owner: User, project: Project, caller_for: Callable[..., Any], make_user: Callable[..., User]
) -> None:
    make_user("mei", email="mei@example.org")
    told = []
    for address in ("mei@example.org", "nobody@example.org"):
        with pytest.raises(ValidationFailed) as refusal:
            add_member(caller=caller_for(owner), project_id=project.id, username=address, role="viewer")
        told.append(refusal.value.problem())
    assert told[0] == told[1]
    assert not User.objects.people("mei@example.org")
