"""Who may write notes, and who sees how many there are."""

from __future__ import annotations

from typing import Final

from kernel.site_permissions import SitePermission, SiteRole
from projects.models import Role
from projects.permissions import NOT_ARCHIVED, Permission

PERMISSIONS: Final = (Permission("note.add", Role.REVIEWER, NOT_ARCHIVED),)
SITE_PERMISSIONS: Final = (SitePermission("note.count", SiteRole.AUDITOR),)
