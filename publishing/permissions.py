"""What members may do with the releases of a project."""

from __future__ import annotations

from typing import Final

from accounts.models import User
from kernel.site_permissions import SitePermission, SiteRole, may_on_site
from projects.models import Role, Status
from projects.permissions import ALWAYS, IN_REVIEW, OPEN, Permission, may

PERMISSIONS: Final = (
    # Not while in review, so that it is clear which policy applies: that of the submission.
    Permission("policy.update", Role.OWNER, frozenset({Status.OPEN, Status.FROZEN})),
    Permission("release.submit", Role.EDITOR, OPEN),
    Permission("release.sign_authored", Role.EDITOR, IN_REVIEW),
    Permission("release.sign", Role.REVIEWER, IN_REVIEW),
    Permission("release.reject", Role.REVIEWER, IN_REVIEW),
    Permission("release.withdraw", Role.EDITOR, IN_REVIEW),
    Permission("release.write_notes", Role.EDITOR, IN_REVIEW),
    # A bundle contains the complete events, including addresses and user agents, which live events leave out.
    Permission("release.bundle", Role.REVIEWER, ALWAYS),
)
SITE_PERMISSIONS: Final = (SitePermission("release.bundle_any", SiteRole.AUDITOR),)


def may_bundle(user: User, role: Role) -> bool:
    """Whether a person with this role in a project may download the bundles of its releases."""
    return may_on_site("release.bundle_any", user) or may("release.bundle", role=role)
