"""Who may say which models a project, or the whole site, may ask; who may ask them."""

from __future__ import annotations

from typing import Final

from kernel.site_permissions import SitePermission, SiteRole
from projects.models import Role
from projects.permissions import ALWAYS, NOT_ARCHIVED, Permission

PERMISSIONS: Final = (
    Permission("profile.manage", Role.OWNER, NOT_ARCHIVED),
    Permission("repository.manage", Role.OWNER, NOT_ARCHIVED),
    Permission("run.budget", Role.OWNER, NOT_ARCHIVED),
    Permission("pull_request.write", Role.EDITOR, NOT_ARCHIVED),
    Permission("run.start", Role.REVIEWER, NOT_ARCHIVED),
    # One's own, and those of others: whatever becomes of the project, a model can be stopped.
    Permission("run.cancel", Role.REVIEWER, ALWAYS),
    Permission("run.cancel_others", Role.EDITOR, ALWAYS),
)
SITE_PERMISSIONS: Final = (
    SitePermission("profile.manage", SiteRole.ADMINISTRATOR),
    SitePermission("run.budget", SiteRole.ADMINISTRATOR),
)
