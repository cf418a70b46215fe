"""What members may do with the proposals of a project."""

from __future__ import annotations

from typing import Final

from projects.models import Role, Status
from projects.permissions import NOT_ARCHIVED, Permission

# Also in a replica: of what its site may change there, which `stage_changes` and `accept_proposal` ask for.
_STATUSES: Final = NOT_ARCHIVED | {Status.REPLICA}

PERMISSIONS: Final = (
    # One's own only: what is private is not found by others.
    Permission("proposal.stage", Role.REVIEWER, _STATUSES),
    Permission("proposal.submit", Role.REVIEWER, _STATUSES),
    Permission("proposal.vote", Role.REVIEWER, _STATUSES),
    # In the statuses that the kinds of its changes allow, which `accept_proposal` asks for.
    Permission("proposal.accept", Role.EDITOR, _STATUSES),
    Permission("proposal.override_objection", Role.OWNER, _STATUSES),
    Permission("proposal.reject", Role.EDITOR, _STATUSES),
)
