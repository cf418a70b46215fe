"""Who may do what in the fleet, by the names of its permissions.

They are given by a role in a team, which holds in all teams below it (`stages.fleet.roles`): a super admin has those of
an admin, an admin those of a user. Administrators of the site are super admins of every team, auditors may read.
"""

from __future__ import annotations

from typing import Final

from kernel.site_permissions import SitePermission, SiteRole
from projects.models import Role
from projects.permissions import ALWAYS, Permission
from stages.fleet.choices import TeamRole

VIEW_RULES: Final = "view_rules"
VIEW_CHANGES: Final = "view_changes"
REQUEST_CHANGES: Final = "request_changes"
MANAGE_RULES: Final = "manage_rules"
APPROVE_CHANGES: Final = "approve_changes"
MANAGE_TEAMS: Final = "manage_teams"
MANAGE_ROLES: Final = "manage_roles"
MANAGE_USERS: Final = "manage_users"

_OF_USERS: Final = frozenset({VIEW_RULES, VIEW_CHANGES, REQUEST_CHANGES})
_OF_ADMINS: Final = _OF_USERS | {MANAGE_RULES, APPROVE_CHANGES}
TEAM_PERMISSIONS: Final = {
    TeamRole.USER: _OF_USERS,
    TeamRole.ADMIN: _OF_ADMINS,
    TeamRole.SUPER_ADMIN: _OF_ADMINS | {MANAGE_TEAMS, MANAGE_ROLES},
}
# What the role of an administrator of the site gives in every team, and that of an auditor.
SITE_PERMISSIONS: Final = (
    *(
        SitePermission(action, SiteRole.ADMINISTRATOR)
        for action in (REQUEST_CHANGES, MANAGE_RULES, APPROVE_CHANGES, MANAGE_TEAMS, MANAGE_ROLES)
    ),
    SitePermission(VIEW_RULES, SiteRole.STAFF),
    SitePermission(VIEW_CHANGES, SiteRole.STAFF),
)
# Taking the consent back must be possible at any moment.
PERMISSIONS: Final = (
    Permission("grant.add", Role.OWNER, ALWAYS),
    Permission("grant.revoke", Role.OWNER, ALWAYS),
)
