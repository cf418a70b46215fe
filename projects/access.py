"""May this user see this project, and as what: the first question of every door."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from audit.errors import NotFound
from projects.models import Project, Role, Status
from projects.permissions import authorise


@dataclass(frozen=True, slots=True)
class Access:
    """A project that the user may see, and the role in which they see it.

    `is_member` is false for those who only look on: everybody signed in at an internal project, auditors everywhere.
    """

    project: Project
    role: Role
    is_member: bool


def effective_role(*, user: User, member_role: str | None, is_private: bool) -> Role | None:
    """The role in which a user sees a project; None where the project does not exist for them."""
    if member_role is not None:
        return Role(member_role)
    if not is_private or user.is_auditor:
        return Role.VIEWER
    return None


def get_project(*, user: User, project_id: UUID, action: str = "project.read") -> Access:
    """The project as the user sees it, if the table lets them do `action`. One query.

    Raises `NotFound` also where a private project is somebody else's, `PermissionDenied` and `ProjectFrozen` by the
    table. For reads only: a write asks again inside its transaction (`projects.writing`).
    """
    project = (
        Project.objects.with_role_of(user).select_related("current_draft", "created_by").filter(pk=project_id).first()
    )
    if project is None:
        raise NotFound("There is no such project.")
    member_role: str | None = getattr(project, "member_role", None)
    role = effective_role(user=user, member_role=member_role, is_private=project.is_private)
    if role is None:
        raise NotFound("There is no such project.")
    authorise(action=action, role=role, status=Status(project.status))
    return Access(project=project, role=role, is_member=member_role is not None)
