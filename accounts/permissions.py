"""Permissions for the whole site: who manages accounts, and who may open the administration."""

from __future__ import annotations

from typing import Final

from kernel.site_permissions import SitePermission, SiteRole

SITE_PERMISSIONS: Final = (
    SitePermission("manage_users", SiteRole.ADMINISTRATOR),
    SitePermission("administration.enter", SiteRole.STAFF),
)
