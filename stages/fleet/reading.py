"""Teams, directives and requests as their readers get them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from kernel.errors import NotFound
from stages.fleet.access import FleetAccess, fleet_access
from stages.fleet.models import Directive, Request
from stages.fleet.permissions import VIEW_CHANGES


def visible_directives(access: FleetAccess) -> Q:
    """Which directives exist for somebody: of the teams where they read, and of the teams above."""
    return Q(team__in=access.seen)


def visible_requests(access: FleetAccess) -> Q:
    """Which requests exist for somebody: of the teams whose changes they see, and their own."""
    return Q(team__in=access.teams_with(VIEW_CHANGES)) | Q(author=access.user)


def visible_directive(*, user: User, directive_id: UUID) -> Directive:
    """A directive that exists for the user. Raises `NotFound`."""
    found = Directive.objects.filter(visible_directives(fleet_access(user)), pk=directive_id).first()
    if found is None:
        raise NotFound(_("Directive not found."))
    return found


def visible_request(*, user: User, request_id: UUID) -> Request:
    """A request that exists for the user. Raises `NotFound`."""
    found = Request.objects.filter(visible_requests(fleet_access(user)), pk=request_id).first()
    if found is None:
        raise NotFound(_("Request not found."))
    return found
