"""What accounts may do on the whole site, whatever their place in a project: each app registers its own actions.

    SITE_PERMISSIONS.register("manage_users", SitePermission("manage_users", SiteRole.ADMINISTRATOR))

`projects.permissions` holds what members may do in a project.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kernel.registry import Registry


class SiteRole(StrEnum):
    """Whom a permission is given to. An administrator manages accounts, an auditor reads everything."""

    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    STAFF = "staff"
    ANY_ACCOUNT = "any account"


@dataclass(frozen=True, slots=True)
class SitePermission:
    """Who may do an action; nobody may with an account that is closed."""

    action: str
    role: SiteRole


SITE_PERMISSIONS: Final = Registry[SitePermission]("site permission")


def register_site_permissions(*permissions: SitePermission) -> None:
    """Add an app's permissions; called once from its `ready()`."""
    for permission in permissions:
        SITE_PERMISSIONS.register(permission.action, permission)


def may_on_site(action: str, user: object) -> bool:
    """Whether a user (Django's `request.user`, signed in or not) may do an action, as far as the object knows.

    A service that writes reads the account afresh first. Raises `LookupError` for an action that no app registers.
    """
    permission = SITE_PERMISSIONS.get(action)
    if permission is None:
        raise LookupError(f"No app registers the site permission {action!r}.")
    is_administrator = bool(getattr(user, "is_superuser", False))
    is_auditor = bool(getattr(user, "is_auditor", False))
    has_role = {
        SiteRole.ADMINISTRATOR: is_administrator,
        SiteRole.AUDITOR: is_auditor,
        SiteRole.STAFF: is_administrator or is_auditor,
        SiteRole.ANY_ACCOUNT: True,
    }
    return bool(getattr(user, "is_active", False)) and has_role[permission.role]
