"""The one table of actions × roles × project statuses, and the one function that reads it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from kernel.errors import PermissionDenied, ProjectFrozen
from projects.models import Role, Status

_RANK: Final = {Role.VIEWER: 0, Role.REVIEWER: 1, Role.EDITOR: 2, Role.OWNER: 3}

ALWAYS: Final = frozenset(Status)
OPEN: Final = frozenset({Status.OPEN})
IN_REVIEW: Final = frozenset({Status.IN_REVIEW})
NOT_ARCHIVED: Final = ALWAYS - {Status.ARCHIVED}


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do an action, and while the project is in which status."""

    role: Role
    statuses: frozenset[Status]


ACTIONS: Final[dict[str, Rule]] = {
    "project.read": Rule(Role.VIEWER, ALWAYS),
    "project.update": Rule(Role.OWNER, NOT_ARCHIVED),
    "project.archive": Rule(Role.OWNER, frozenset({Status.OPEN, Status.FROZEN})),
    "project.reopen": Rule(Role.OWNER, frozenset({Status.FROZEN, Status.ARCHIVED})),
    # Taking access away must be possible at any moment, so the members of a closed project can still be changed.
    "member.add": Rule(Role.OWNER, ALWAYS),
    "member.change_role": Rule(Role.OWNER, ALWAYS),
    "member.remove": Rule(Role.OWNER, ALWAYS),
    "lock.acquire": Rule(Role.EDITOR, OPEN),
    "lock.request": Rule(Role.EDITOR, OPEN),
    "lock.hand_over": Rule(Role.EDITOR, OPEN),
    "lock.take_over": Rule(Role.OWNER, OPEN),
    # Giving back what one holds is never refused for the project's status.
    "lock.release": Rule(Role.VIEWER, ALWAYS),
    "draft.save": Rule(Role.EDITOR, OPEN),
    "draft.revert": Rule(Role.EDITOR, OPEN),
    "draft.undo": Rule(Role.EDITOR, OPEN),
    "draft.import": Rule(Role.EDITOR, OPEN),
    "comment.write": Rule(Role.REVIEWER, NOT_ARCHIVED),
    "comment.withdraw_others": Rule(Role.OWNER, NOT_ARCHIVED),
    "task.write": Rule(Role.REVIEWER, NOT_ARCHIVED),
    # A release in review keeps the policy it was submitted under; nobody shall wonder which one counts.
    "policy.update": Rule(Role.OWNER, frozenset({Status.OPEN, Status.FROZEN})),
    "release.submit": Rule(Role.EDITOR, OPEN),
    "release.sign_authored": Rule(Role.EDITOR, IN_REVIEW),
    "release.sign": Rule(Role.REVIEWER, IN_REVIEW),
    "release.reject": Rule(Role.REVIEWER, IN_REVIEW),
    "release.withdraw": Rule(Role.EDITOR, IN_REVIEW),
    # The events inside are the whole record, addresses and user agents included, which live events never show.
    "release.bundle": Rule(Role.REVIEWER, ALWAYS),
}


def may(action: str, *, role: Role | None) -> bool:
    """Whether a role is large enough for an action, whatever the project's status."""
    return role is not None and _RANK[role] >= _RANK[ACTIONS[action].role]


def allowed(action: str, *, role: Role | None, status: Status) -> bool:
    """Whether a door should offer an action at all."""
    return may(action, role=role) and status in ACTIONS[action].statuses


def authorise(*, action: str, role: Role | None, status: Status) -> None:
    """Let an action pass, or refuse it: `PermissionDenied` for the role, `ProjectFrozen` for the status."""
    rule = ACTIONS[action]
    if not may(action, role=role):
        words = _("This needs the role {role}.").format(role=rule.role.label.lower())
        raise PermissionDenied(words, needed_role=rule.role.value)
    if status not in rule.statuses:
        raise ProjectFrozen(_closed_words(status, rule.statuses), project_status=status.value)


def _closed_words(status: Status, allowed_in: Iterable[Status]) -> str:
    wanted = _(" or ").join(sorted(Status(each).label.lower() for each in allowed_in))
    words = _("The project is {status}; this is possible only while it is {wanted}.")
    return words.format(status=status.label.lower(), wanted=wanted)
