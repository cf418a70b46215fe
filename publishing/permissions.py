"""What members may do with the releases of a project."""

from __future__ import annotations

from typing import Final

from accounts.models import User
from kernel.site_permissions import SitePermission, SiteRole, may_on_site
from projects.models import Role, Status
from projects.permissions import ALWAYS, IN_REVIEW, OPEN, Permission, may

PERMISSIONS: Final = (
    # A release in review keeps the policy it was submitted under; so it is clear which one applies.
    Permission("policy.update", Role.OWNER, frozenset({Status.OPEN, Status.FROZEN})),
    Permission("release.submit", Role.EDITOR, OPEN),
    Permission("release.sign_authored", Role.EDITOR, IN_REVIEW),
    Permission("release.sign", Role.REVIEWER, IN_REVIEW),
    Permission("release.reject", Role.REVIEWER, IN_REVIEW),
    Permission("release.withdraw", Role.EDITOR, IN_REVIEW),
    Permission("release.write_notes", Role.EDITOR, IN_REVIEW),
    # The events inside are the whole record, addresses and user agents included, which live events never show.
    Permission("release.bundle", Role.REVIEWER, ALWAYS),
)
SITE_PERMISSIONS: Final = (SitePermission("release.bundle_any", SiteRole.AUDITOR),)


def may_bundle(user: User, role: Role) -> bool:
    """Whether somebody who sees a project in this role may have the bundles of its releases."""
    return may_on_site("release.bundle_any", user) or may("release.bundle", role=role)
