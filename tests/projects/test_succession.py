"""A closed account leaves no project without an owner who can act."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.callers import Caller
from accounts.models import User
from accounts.services import deactivate_account, reactivate_account
from audit.models import Event
from kernel.errors import Conflict, ValidationFailed
from projects.models import Member, Project, Role
from projects.services import add_member, change_role, remove_member
from tests.accounts.pages import seem_proven

pytestmark = [pytest.mark.django_db, pytest.mark.empty_site]

MakeProject = Callable[..., Project]


@pytest.fixture
def administrator(make_user, caller_for) -> Caller:
    made: Caller = caller_for(make_user("administrator", is_administrator=True))
    return made


def owners(project: Project) -> set[User]:
    return {member.user for member in Member.objects.filter(project=project, role=Role.OWNER)}


def test_the_only_owner_is_not_closed_and_the_refusal_names_the_projects(
    administrator: Caller, owner: User, make_project: MakeProject
) -> None:
    made = [make_project(name=f"Agent {number}") for number in range(7)]
    with pytest.raises(Conflict) as refusal:
        deactivate_account(caller=administrator, user_id=owner.id)
    assert "“Agent 0”" in refusal.value.detail
    assert "and 2 more" in refusal.value.detail
    assert refusal.value.extra["projects"] == [str(project.id) for project in made]
    assert User.objects.get(id=owner.id).is_active


def test_a_successor_becomes_owner_by_an_event_of_the_project(
    administrator: Caller, owner: User, editor: User, project: Project, make_project: MakeProject
) -> None:
    other = make_project(name="Without the editor")
    deactivate_account(caller=administrator, user_id=owner.id, successor_id=editor.id, reason="Left the company")
    assert not User.objects.get(id=owner.id).is_active
    assert editor in owners(project) & owners(other)
    for changed, action in ((project, "member.role_changed"), (other, "member.added")):
        event = Event.objects.of_project(changed.id).last()
        assert event is not None
        assert (event.action, event.actor_id) == (action, administrator.user.id)
        assert event.record["reason"] == "Left the company"
        assert event.data["succeeds"] == str(owner.id)


def test_another_active_owner_is_enough(administrator: Caller, owner: User, editor: User, project: Project, caller_for):
    change_role(caller=caller_for(owner), project_id=project.id, user_id=editor.id, role="owner", reason="Grows")
    deactivate_account(caller=administrator, user_id=owner.id)
    with pytest.raises(Conflict):
        deactivate_account(caller=administrator, user_id=editor.id)
    with pytest.raises(Conflict):
        remove_member(caller=caller_for(editor), project_id=project.id, user_id=editor.id, reason="Goes")
    reactivate_account(caller=administrator, user_id=owner.id)
    remove_member(caller=caller_for(editor), project_id=project.id, user_id=editor.id, reason="Goes")


def test_a_successor_can_act(administrator: Caller, owner: User, viewer: User, project: Project, make_user):
    deactivate_account(caller=administrator, user_id=viewer.id)
    for unfit in (viewer, owner, make_user("robot", kind="agent")):
        with pytest.raises(ValidationFailed):
            deactivate_account(caller=administrator, user_id=owner.id, successor_id=unfit.id)
    assert owners(project) == {owner}


def test_the_administration_asks_for_a_successor(
    administrator: Caller, owner: User, editor: User, outsider: User, project: Project, caller_for, client: Client
) -> None:
    add_member(caller=caller_for(owner), project_id=project.id, user_id=outsider.id, role="viewer")
    client.force_login(administrator.user)
    seem_proven(client)
    address = f"/admin/accounts/user/{owner.id}/change/"
    facts = {"display_name": "Owner", "email": "", "new_password": ""}
    assert "only owner" in client.post(address, facts, follow=True).content.decode()
    assert client.post(address, {**facts, "successor": str(outsider.id)}).status_code == 302
    assert not User.objects.get(id=owner.id).is_active
    assert outsider in owners(project)
