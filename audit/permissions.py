"""Who may read and review the audit trail of the whole site."""

from __future__ import annotations

from typing import Final

from kernel.site_permissions import SitePermission, SiteRole

SITE_PERMISSIONS: Final = (
    SitePermission("audit.read", SiteRole.AUDITOR),
    SitePermission("audit.review", SiteRole.AUDITOR),
)
