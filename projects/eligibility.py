"""Which kinds of account can have which role: only people own projects, and services are not members.

An owner is who lets people in, takes locks over and answers for the project. An agent works in it, as far as an editor
may; a service (Foundry itself, or a program that only reads what is internal) has no place in it.
"""

from __future__ import annotations

from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Kind, User
from kernel.errors import PermissionDenied, ValidationFailed
from projects.models import Role

# A member who counts as an owner: a person with an open account. The database's own triggers say the same.
ACTING_OWNER: Final = Q(role=Role.OWNER, user__is_active=True, user__kind=Kind.HUMAN)


def check_eligible(person: User, role: Role) -> None:
    """Raise `ValidationFailed` if the account cannot have this role."""
    if person.kind == Kind.SERVICE:
        raise ValidationFailed({"username": [_("A service cannot be a member of a project.")]})
    if role == Role.OWNER and person.kind != Kind.HUMAN:
        raise ValidationFailed({"role": [_("Only people can own a project.")]})


def check_creator(user: User) -> None:
    """Raise `PermissionDenied` if the account could not own a project that it creates."""
    if user.kind != Kind.HUMAN:
        raise PermissionDenied(_("Only people can own a project, so only people can create one."))
