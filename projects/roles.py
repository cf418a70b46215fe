"""The four roles in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from projects.models import Role


@dataclass(frozen=True, slots=True)
class RoleChoice:
    value: str
    label: str
    hint: str


def role_choices() -> list[RoleChoice]:
    """Smallest first, each with what it adds to the one before."""
    return [
        RoleChoice(Role.VIEWER.value, _("Viewer"), _("reads, watches, compares")),
        RoleChoice(Role.REVIEWER.value, _("Reviewer"), _("also comments and reviews")),
        RoleChoice(Role.EDITOR.value, _("Editor"), _("also writes and saves")),
        RoleChoice(Role.OWNER.value, _("Owner"), _("also decides about members and the project")),
    ]


def role_label(role: str) -> str:
    """A role as people write it."""
    return next((choice.label for choice in role_choices() if choice.value == role), role)
