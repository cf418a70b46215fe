"""Who looks at the sites of a project, and who decides about them."""

from __future__ import annotations

from typing import Final

from kernel.site_permissions import SitePermission, SiteRole
from projects.models import Role
from projects.permissions import ALWAYS, Permission

READ: Final = "site.read"
INVITE: Final = "site.invite"
ADMIT: Final = "site.admit"
CHANGE_RIGHTS: Final = "site.change_rights"
REVOKE: Final = "site.revoke"
DECIDE_HELD: Final = "held.decide"
SYNC: Final = "site.sync"

JOIN: Final = "project.join"

PERMISSIONS: Final = (
    Permission(READ, Role.VIEWER, ALWAYS),
    # In every status: taking access away must be possible at any moment, and bundles come in while home is frozen.
    *(Permission(action, Role.OWNER, ALWAYS) for action in (INVITE, ADMIT, CHANGE_RIGHTS, REVOKE, DECIDE_HELD, SYNC)),
)
SITE_PERMISSIONS: Final = (SitePermission(JOIN, SiteRole.ADMINISTRATOR),)
