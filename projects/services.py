"""All writes of projects and members. Each function is one transaction with its event."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event
from audit.services import Target, request_hash
from kernel.errors import Conflict, NotFound, ValidationFailed
from kernel.ijson import check_text
from kernel.names import check_name, check_reason, check_remark
from kernel.transactions import write_transaction
from notifications.services import notify
from projects.creation import created_before, facts_of, new_project
from projects.eligibility import ACTING_OWNER, check_eligible
from projects.events import MEMBER_ADDED, MEMBER_REMOVED, ROLE_CHANGED
from projects.models import MAX_DESCRIPTION, MAX_NAME, Member, Project, Role, Status
from projects.status import change_status
from projects.writing import ProjectWrite, project_write


def create_project(*, caller: Caller, name: str, description: str = "", is_private: bool = True) -> Project:
    """Make an open project whose owner is the caller.

    Raises `ValidationFailed` for the texts, `ClientRefReused`. The fact goes to the chain `site`; the project's own
    chain begins with its owner's `member.added`.
    """
    name = check_name(name, name="name", maximum=MAX_NAME)
    description = check_remark(description, name="description", maximum=MAX_DESCRIPTION, required=False)
    facts = {"name": name, "description": description, "is_private": is_private}
    request = request_hash("project.create", facts)
    with write_transaction():
        repeat = created_before(caller=caller, request=request)
        if repeat is not None:
            return repeat
        with new_project(caller=caller, facts=facts, request=request) as project:
            return project


def update_project(
    *,
    caller: Caller,
    project_id: UUID,
    name: str | None = None,
    description: str | None = None,
    is_private: bool | None = None,
) -> Project:
    """Change a project's name, description or privacy; None leaves a value as it is. Owners only."""
    wanted: dict[str, str | bool] = {}
    if name is not None:
        wanted["name"] = check_name(name, name="name", maximum=MAX_NAME)
    if description is not None:
        wanted["description"] = check_remark(description, name="description", maximum=MAX_DESCRIPTION, required=False)
    if is_private is not None:
        wanted["is_private"] = is_private
    with project_write(caller=caller, project_id=project_id, action="project.update", parameters=wanted) as write:
        project = write.project
        before = {key: getattr(project, key) for key in wanted if getattr(project, key) != wanted[key]}
        if write.repeat_of is not None or not before:
            return project
        after = {key: wanted[key] for key in before}
        for key, value in after.items():
            setattr(project, key, value)
        project.save(update_fields=list(after))
        write.record("project.updated", Target.of("project", project.id), {**after, "before": before})
    return project


def archive_project(*, caller: Caller, project_id: UUID) -> Project:
    """Put an open or frozen project away; it stays readable. Refused while it is in review."""
    with project_write(caller=caller, project_id=project_id, action="project.archive") as write:
        return _move(write, to=Status.ARCHIVED, event="project.archived", reason=None)


def reopen_project(*, caller: Caller, project_id: UUID, reason: str | None = None) -> Project:
    """Open a frozen or archived project for writing again; owners only."""
    words = check_reason(reason) if reason else None
    with project_write(
        caller=caller, project_id=project_id, action="project.reopen", parameters={"reason": words}
    ) as write:
        return _move(write, to=Status.OPEN, event="project.reopened", reason=words)


def _move(write: ProjectWrite, *, to: Status, event: str, reason: str | None) -> Project:
    project = write.project
    if write.repeat_of is None:
        data = {"status": to.value, "before": project.status}
        write.record(event, Target.of("project", project.id), data, reason=reason)
        change_status(write, to)
    return project


def add_member(
    *, caller: Caller, project_id: UUID, role: str, user_id: UUID | None = None, username: str | None = None
) -> Member:
    """Let somebody into a project, named by id or user name.

    People cannot be found by e-mail address: the answer would reveal whose address it is. Raises `ValidationFailed` for
    an unknown person or role and for a role that they cannot have, `Conflict` if they are a member already.
    """
    wanted = _check_role(role)
    person = _find_person(user_id=user_id, username=username)
    check_eligible(person, wanted)
    parameters = {"user": str(person.id), "role": wanted.value}
    with project_write(caller=caller, project_id=project_id, action="member.add", parameters=parameters) as write:
        if write.repeat_of is not None:
            return _member_as_added(write.project, person, write.repeat_of)
        existing = Member.objects.filter(project=write.project, user=person).first()
        if existing is not None:
            words = _("{name} is already a member, as {role}.")
            raise Conflict(words.format(name=person.display_name, role=existing.role))
        member = Member.objects.create(project=write.project, user=person, role=wanted)
        event = write.record("member.added", Target.of("member", person.id), facts_of(member))
        write.notify(MEMBER_ADDED, [person.id], {"role": wanted.value}, event.seq)
    return member


def _member_as_added(project: Project, person: User, event: Event) -> Member:
    """The answer of the first request, even if the membership has changed since. Not to be saved."""
    existing = Member.objects.select_related("user").filter(project=project, user=person).first()
    member = existing or Member(project=project, user=person, added_at=event.at)
    member.role, member.repeated = event.data["role"], True
    return member


def change_role(*, caller: Caller, project_id: UUID, user_id: UUID, role: str, reason: str) -> Member:
    """Give a member another role, for a reason. Raises `Conflict` where no owner would be left."""
    wanted = _check_role(role)
    reason = check_reason(reason)
    parameters = {"user": str(user_id), "role": wanted.value, "reason": reason}
    with project_write(
        caller=caller, project_id=project_id, action="member.change_role", parameters=parameters
    ) as write:
        member = _get_member(write.project, user_id)
        if write.repeat_of is not None or member.role == wanted:
            return member
        check_eligible(member.user, wanted)
        before = member.role
        member.role = wanted
        member.save(update_fields=["role"])
        _check_owner_left(write.project)
        facts = {"role": wanted.value, "before": before}
        event = write.record(
            "member.role_changed",
            Target.of("member", user_id),
            {"user": member.user.person(), **facts},
            reason=reason,
        )
        write.notify(ROLE_CHANGED, [user_id], {**facts, "reason": reason}, event.seq)
    return member


def remove_member(*, caller: Caller, project_id: UUID, user_id: UUID, reason: str) -> None:
    """Take somebody out of a project, for a reason. Raises `Conflict` where no owner would be left."""
    reason = check_reason(reason)
    parameters = {"user": str(user_id), "reason": reason}
    with project_write(caller=caller, project_id=project_id, action="member.remove", parameters=parameters) as write:
        if write.repeat_of is not None:
            return
        member = _get_member(write.project, user_id)
        member.delete()
        _check_owner_left(write.project)
        write.record(
            "member.removed",
            Target.of("member", user_id),
            {"user": member.user.person(), "before": member.role},
            reason=reason,
        )
        # Without the project, which may not exist for them any more.
        facts = {"project": write.project.name, "reason": reason}
        notify(caller=caller, line=MEMBER_REMOVED, recipients=[user_id], project_id=None, facts=facts)


def _check_role(role: object) -> Role:
    if not isinstance(role, str) or role not in Role.values:
        raise ValidationFailed({"role": [_("Must be one of {roles}.").format(roles=", ".join(Role.values))]})
    return Role(role)


def _find_person(*, user_id: UUID | None, username: str | None) -> User:
    username = check_text(username, name="username") if username else None
    people = User.objects.get_queryset().active()
    if user_id is not None:
        person, parameter = people.filter(pk=user_id).first(), "user_id"
    elif username and "@" in username:
        raise ValidationFailed({"username": [_("Enter a user name, not an e-mail address.")]})
    elif username:
        person, parameter = people.named(username).first(), "username"
    else:
        raise ValidationFailed({"user_id": [_("Name a person by user_id or username.")]})
    if person is None:
        raise ValidationFailed({parameter: [_("No account with this name or e-mail.")]})
    return person


def _get_member(project: Project, user_id: UUID) -> Member:
    member = Member.objects.select_related("user").filter(project=project, user_id=user_id).first()
    if member is None:
        raise NotFound(_("This person is not a member of the project."))
    return member


def _check_owner_left(project: Project) -> None:
    """Refuse to leave a project without an active owner. Locks the owners' accounts against being closed meanwhile."""
    owners = Member.objects.filter(ACTING_OWNER, project=project).select_related("user")
    if not list(owners.select_for_update(no_key=True, of=("user",))):
        raise Conflict(_("A project needs an owner. Make someone else owner first."))
