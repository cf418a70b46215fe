"""Whether a user may see a project, and in which role: REST, pages and the gateway check this first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from kernel.errors import NotFound
from kernel.site_permissions import may_on_site
from kernel.statements import Statement
from projects.models import Project, Role, Status
from projects.permissions import authorise, permission
from projects.project_context import read_project_context


@dataclass(frozen=True, slots=True)
class Access:
    """A project that the user may see, and the role in which they see it.

    `is_member` is false for readers who are not members: all users of an internal project, and auditors.
    """

    project: Project
    role: Role
    is_member: bool


def effective_role(*, user: User, member_role: str | None, is_private: bool) -> Role | None:
    """The role in which a user sees a project; None if they may not see it."""
    if member_role is not None:
        return Role(member_role)
    if not is_private or may_on_site("project.read_any", user):
        return Role.VIEWER
    return None


def get_project(*, user: User, project_id: UUID, action: str = "project.read") -> Access:
    """The project as the user sees it, if the permissions allow `action`. One query.

    Raises `NotFound` also for a private project that the user may not see, `PermissionDenied` and `ProjectFrozen`. For
    reads only: a write checks inside its transaction (`projects.writing`).
    """
    access, _ = get_project_with_rows(user=user, project_id=project_id, action=action, extra_query=None)
    return access


def get_project_with_rows(
    *, user: User, project_id: UUID, action: str, extra_query: Statement | None
) -> tuple[Access, list[tuple[Any, ...]]]:
    """As `get_project`, with the rows of one more SELECT read in the same round trip."""
    needed = permission(action)
    context = read_project_context(project_id=project_id, user_id=user.id, extra_query=extra_query)
    project = context.project
    role = effective_role(user=user, member_role=context.member_role, is_private=project.is_private)
    if role is None:
        raise NotFound(_("Project not found."))
    authorise(action=needed.action, role=role, status=Status(project.status), project_id=project_id)
    return Access(project=project, role=role, is_member=context.member_role is not None), context.extra_rows
