"""A project always has an owner who can act, also when somebody's account is closed (ADR 0014)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.deactivation import Deactivation
from accounts.models import Kind, User
from accounts.rules import require_administrator
from audit.services import Target
from kernel.errors import Conflict, ValidationFailed
from kernel.names import check_reason
from projects.creation import facts_of
from projects.eligibility import ACTING_OWNER
from projects.events import MEMBER_ADDED, ROLE_CHANGED
from projects.models import Member, Project, Role
from projects.writing import ProjectWrite, upkeep_write

# The recorded reason if the administrator gave none.
REASON = "The account of its only owner is closed."
# How many projects a refusal names before it only counts them.
MAX_NAMED = 5


def appoint_successor(deactivation: Deactivation) -> None:
    """Make the successor owner of every project that closing the account would leave without an active one.

    Raises `Conflict` with the names of these projects if no successor is named, and `ValidationFailed` for a successor
    who could not act as owner. The caller is an administrator, who need not be able to see the projects.
    """
    # Owners change under the project's row lock; several rows are locked in the order of their ids.
    owned = Project.objects.filter(members__user=deactivation.user_id, members__role=Role.OWNER)
    ids = [project.id for project in owned.order_by("id").select_for_update(no_key=True, of=("self",))]
    left = _without_other_owner(ids, deactivation.user_id)
    if not left:
        return
    if deactivation.successor_id is None:
        raise Conflict(
            _("They are the only owner of {projects}. Name a successor, or make someone else owner first.").format(
                projects=_names(left)
            ),
            projects=[str(project.id) for project in left],
        )
    people = User.objects.active().filter(kind=Kind.HUMAN).exclude(pk=deactivation.user_id)
    successor = people.filter(pk=deactivation.successor_id).first()
    if successor is None:
        raise ValidationFailed({"successor": [_("No such person could take over these projects.")]})
    for project in left:
        _appoint(deactivation, project.id, successor)


def projects_left_by(user_id: UUID) -> list[Project]:
    """The projects that would have no active owner if the account was closed now."""
    owned = Project.objects.filter(members__user=user_id, members__role=Role.OWNER).values_list("id", flat=True)
    return _without_other_owner(list(owned), user_id)


def appoint_owner(*, caller: Caller, project_id: UUID, user_id: UUID, reason: str) -> None:
    """Give an owner to a project that has no active one: such projects exist from before this became impossible.

    Administrators only, by a command. Raises `NotFound`; `Conflict` if an owner is active; `ValidationFailed` for a
    person who could not act as owner, and for the reason.
    """
    require_administrator(caller)
    reason = check_reason(reason)
    with upkeep_write(caller=caller, project_id=project_id) as write:
        if Member.objects.filter(ACTING_OWNER, project=write.project).exists():
            raise Conflict(_("The project has an active owner, who can make others owner."))
        successor = User.objects.active().filter(pk=user_id, kind=Kind.HUMAN).first()
        if successor is None:
            raise ValidationFailed({"username": [_("No such person could take over this project.")]})
        _make_owner(write, successor, reason, {})


def _without_other_owner(ids: list[UUID], user_id: UUID) -> list[Project]:
    others = Member.objects.filter(ACTING_OWNER, project=OuterRef("pk")).exclude(user=user_id)
    return list(Project.objects.filter(~Exists(others), pk__in=ids).order_by("id"))


def _appoint(deactivation: Deactivation, project_id: UUID, successor: User) -> None:
    """Make one person owner of one project, as the administrator's act on the project's own record."""
    with upkeep_write(caller=deactivation.caller, project_id=project_id) as write:
        _make_owner(write, successor, deactivation.reason or REASON, {"succeeds": str(deactivation.user_id)})


def _make_owner(write: ProjectWrite, person: User, reason: str, more: Mapping[str, str]) -> None:
    member = Member.objects.filter(project=write.project, user=person).first()
    role = {"role": Role.OWNER.value}
    facts: dict[str, Any] = {"user": person.person(), **role, **more}
    target = Target.of("member", person.id)
    if member is None:
        member = Member.objects.create(project=write.project, user=person, role=Role.OWNER)
        event = write.record("member.added", target, {**facts_of(member), **facts}, reason=reason)
        write.notify(MEMBER_ADDED, [person.id], role, event.seq)
        return
    before, member.role = member.role, Role.OWNER
    member.save(update_fields=["role"])
    event = write.record("member.role_changed", target, {**facts, "before": before}, reason=reason)
    write.notify(ROLE_CHANGED, [person.id], {**role, "before": before}, event.seq)


def _names(projects: list[Project]) -> str:
    names = ", ".join(f"“{project.name}”" for project in projects[:MAX_NAMED])
    more = len(projects) - MAX_NAMED
    return names if more <= 0 else _("{names} and {count} more").format(names=names, count=more)
