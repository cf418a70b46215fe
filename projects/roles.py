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
        RoleChoice(Role.VIEWER.value, _("Viewer"), _("Can read, watch and compare")),
        RoleChoice(Role.REVIEWER.value, _("Reviewer"), _("Can also comment and review")),
        RoleChoice(Role.EDITOR.value, _("Editor"), _("Can also edit and save")),
        RoleChoice(Role.OWNER.value, _("Owner"), _("Can also manage members and settings")),
    ]


def role_label(role: str) -> str:
    """A role as people write it."""
    return next((choice.label for choice in role_choices() if choice.value == role), role)
