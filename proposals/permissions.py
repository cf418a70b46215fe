"""What members may do with the proposals of a project."""

from __future__ import annotations

from typing import Final

from projects.models import Role
from projects.permissions import NOT_ARCHIVED, Permission

PERMISSIONS: Final = (
    # One's own only: what is private is not found by others.
    Permission("proposal.stage", Role.REVIEWER, NOT_ARCHIVED),
    Permission("proposal.submit", Role.REVIEWER, NOT_ARCHIVED),
    Permission("proposal.vote", Role.REVIEWER, NOT_ARCHIVED),
    # In the statuses that the kinds of its changes allow, which `accept_proposal` asks for.
    Permission("proposal.accept", Role.EDITOR, NOT_ARCHIVED),
    Permission("proposal.override_objection", Role.OWNER, NOT_ARCHIVED),
    Permission("proposal.reject", Role.EDITOR, NOT_ARCHIVED),
)
