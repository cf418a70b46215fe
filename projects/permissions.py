"""What members may do in a project: actions × roles × project statuses, as the apps register them.

Each app names its own in its `permissions.py`; these here are the projects' own. `kernel.site_permissions` holds what
accounts may do on the whole site.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.errors import PermissionDenied, ProjectFrozen
from kernel.registry import Registry
from kernel.site_permissions import SitePermission, SiteRole
from projects.homes import home_name
from projects.models import Role, Status

_RANK: Final = {Role.VIEWER: 0, Role.REVIEWER: 1, Role.EDITOR: 2, Role.OWNER: 3}

ALWAYS: Final = frozenset(Status)
OPEN: Final = frozenset({Status.OPEN})
IN_REVIEW: Final = frozenset({Status.IN_REVIEW})
NOT_ARCHIVED: Final = frozenset({Status.OPEN, Status.IN_REVIEW, Status.FROZEN})
# Where texts, and so versions and releases, are written: not in a replica.
AT_HOME: Final = ALWAYS - {Status.REPLICA}
# What several sites write at once.
OPEN_OR_REPLICA: Final = frozenset({Status.OPEN, Status.REPLICA})


@dataclass(frozen=True, slots=True)
class Permission:
    """The lowest role that may do an action, and the statuses of the project that allow it."""

    action: str
    role: Role
    statuses: frozenset[Status]


PERMISSIONS: Final = Registry[Permission]("project permission")

OWN_PERMISSIONS: Final = (
    Permission("project.read", Role.VIEWER, ALWAYS),
    Permission("project.update", Role.OWNER, NOT_ARCHIVED),
    Permission("project.archive", Role.OWNER, frozenset({Status.OPEN, Status.FROZEN})),
    Permission("project.reopen", Role.OWNER, frozenset({Status.FROZEN, Status.ARCHIVED})),
    # Taking access away must be possible at any moment, so the members of a closed project can still be changed.
    Permission("member.add", Role.OWNER, ALWAYS),
    Permission("member.change_role", Role.OWNER, ALWAYS),
    Permission("member.remove", Role.OWNER, ALWAYS),
)
OWN_SITE_PERMISSIONS: Final = (
    SitePermission("project.create", SiteRole.ANY_ACCOUNT),
    # As a viewer, without being a member.
    SitePermission("project.read_any", SiteRole.AUDITOR),
)


def register_permissions(*permissions: Permission) -> None:
    """Add an app's permissions; called once from its `ready()`."""
    for permission in permissions:
        PERMISSIONS.register(permission.action, permission)


def permission(action: str) -> Permission:
    """The permission of an action. Raises `LookupError` for one that no app registers: a programming error."""
    found = PERMISSIONS.get(action)
    if found is None:
        raise LookupError(f"No app registers the project permission {action!r}.")
    return found


def may(action: str, *, role: Role | None) -> bool:
    """Whether a role allows an action, whatever the project's status."""
    needed = permission(action).role
    return role is not None and _RANK[role] >= _RANK[needed]


def allowed(action: str, *, role: Role | None, status: Status) -> bool:
    """Whether a page should offer an action at all."""
    return may(action, role=role) and status in permission(action).statuses


def authorise(*, action: str, role: Role | None, status: Status, project_id: UUID | None = None) -> None:
    """Raise `PermissionDenied` if the role does not allow the action, `ProjectFrozen` if the status does not.

    The refusal names the home of a replica where `project_id` is given.
    """
    needed = permission(action)
    if not may(action, role=role):
        words = _("You need the role {role} for this.").format(role=needed.role.label.lower())
        raise PermissionDenied(words, needed_role=needed.role.value)
    if status not in needed.statuses:
        raise closed(status, project_id)


def closed(status: Status, project_id: UUID | None) -> ProjectFrozen:
    """The refusal of what a status does not allow; that of a replica names its home."""
    if status == Status.OPEN:
        words = _("This is not possible while the project is a draft.")
    elif status == Status.REPLICA:
        home = home_name(project_id)
        words = _("This is only possible at {home}, where the project is at home.").format(
            home=home or _("the other site")
        )
        return ProjectFrozen(words, project_status=status.value, home=home)
    else:
        words = _("This is not possible while the project is {status}.").format(status=status.label.lower())
    return ProjectFrozen(words, project_status=status.value)
