"""Creating a project: the rows, its owner, and the two events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import User
from audit.keys.text import rfc3339
from audit.services import Target, answered, record
from kernel.errors import Conflict, NotAuthenticated
from kernel.site_permissions import may_on_site
from projects.access import get_project
from projects.eligibility import check_creator
from projects.models import Member, Project, Role, Status


def created_before(*, caller: Caller, request: str) -> Project | None:
    """The project that an earlier request with the same `client_ref` made, as its maker may see it now.

    Raises `ClientRefReused`, and `NotFound` for who has no access to it any more. Also refuses, as `NotAuthenticated`,
    a caller whose account is closed, and as `PermissionDenied` one who could own no project; asked first of all.
    """
    check_creator(caller.user)
    if not may_on_site("project.create", User.objects.filter(pk=caller.user.id).first()):
        raise NotAuthenticated(_("This account is closed."))
    repeat = answered(caller=caller, project_id=None, request=request)
    if repeat is None:
        return None
    project = get_project(user=caller.user, project_id=UUID(repeat.target_id)).project
    project.repeated = True
    return project


@contextmanager
def new_project(*, caller: Caller, facts: Mapping[str, Any], request: str) -> Iterator[Project]:
    """Insert a project owned by the caller, run the body, and record the event on the chain `site` last.

    Last, because other writers of that chain wait until this transaction ends. The project's own chain
    begins with its owner's `member.added`.
    """
    project = Project.objects.create(**facts, created_by=caller.user)
    _add_owner(caller, project)
    yield project
    record(
        caller=caller,
        action="project.created",
        target=Target.of("project", project.id),
        data={**facts, "created_at": rfc3339(project.created_at)},
        request=request,
    )


def new_replica(*, caller: Caller, project_id: UUID, name: str, description: str) -> Project:
    """Insert the replica of a project whose home is another site, private and owned by the caller.

    In the caller's transaction, which records on the project's chain by what it came. Raises `Conflict` where the
    project is here already.
    """
    if not Project.objects.filter(pk=project_id).exists():
        facts = {"name": name, "description": description, "is_private": True, "status": Status.REPLICA}
        with suppress(IntegrityError), transaction.atomic():
            project = Project.objects.create(id=project_id, **facts, created_by=caller.user)
            _add_owner(caller, project)
            return project
    raise Conflict(_("This project is here already."), project=str(project_id))


def _add_owner(caller: Caller, project: Project) -> None:
    member = Member.objects.create(project=project, user=caller.user, role=Role.OWNER)
    record(
        caller=caller,
        action="member.added",
        target=Target.of("member", caller.user.id),
        data=facts_of(member),
        project_id=project.id,
    )


def facts_of(member: Member) -> dict[str, Any]:
    """The data of the event of a new member."""
    return {"user": member.user.person(), "role": str(member.role), "added_at": rfc3339(member.added_at)}
