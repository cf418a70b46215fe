"""What the fleet adds to the page of a person: roles in teams, with the form to set them, and stations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.callers import caller_from_request
from accounts.models import Kind, User
from kernel.errors import DomainError, ValidationFailed
from stages.fleet import services
from stages.fleet.choices import StationState, TeamRole
from stages.fleet.models import Station, TeamMember
from stages.fleet.pages.inputs import chosen_id
from stages.fleet.pages.seen import seen_by
from stages.fleet.permissions import MANAGE_ROLES
from workspace.accounts.views import people_page, person_page
from workspace.decorators import PageRequest
from workspace.sections import SectionContext

# Stations that a page or a sentence names; more are counted.
MAX_NAMED: Final = 5


def summaries(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The role of each person, or in how many teams they have one."""
    found: dict[UUID, list[TeamMember]] = {}
    for member in TeamMember.objects.filter(user__in=ids).select_related("team").order_by("team__name"):
        found.setdefault(member.user_id, []).append(member)
    return {user_id: _in_words(members) for user_id, members in found.items()}


def values(context: SectionContext) -> dict[str, Any]:
    """The roles of a person, the stations that they own, and where the reader may give a role."""
    seen = seen_by(context.user)
    members = TeamMember.objects.filter(user=context.subject).select_related("team").order_by("team__name")
    stations = _stations_of(context.subject)
    return {
        "members": list(members),
        "teams": seen.where(MANAGE_ROLES) if context.subject.kind == Kind.HUMAN and context.subject.is_active else [],
        "roles": TeamRole.choices,
        "stations": stations[:MAX_NAMED],
        "more_stations": max(0, len(stations) - MAX_NAMED),
        "team": "",
        "role": TeamRole.USER,
    }


def closing_notes(user: User) -> Iterator[str]:
    """The stations that are revoked with their owner's account, and that its roles give nothing any more."""
    stations = _stations_of(user)
    if stations:
        words = ngettext("{n} station is revoked: {names}.", "{n} stations are revoked: {names}.", len(stations))
        yield words.format(n=len(stations), names=_names(stations))
    if TeamMember.objects.filter(user=user).exists():
        yield _("Their team roles stay on record but have no effect while the account is closed.")


@people_page("POST")
def set_role(request: PageRequest, user_id: UUID) -> HttpResponse:
    """POST `team, role`: give a person a role in a team, or take it away (`role` empty)."""
    post = request.POST
    try:
        services.set_team_member(
            caller=caller_from_request(request),
            team_id=chosen_id(post.get("team", ""), "team"),
            user_id=user_id,
            role=post.get("role") or None,
        )
    except DomainError as refusal:
        errors = refusal.errors if isinstance(refusal, ValidationFailed) else {"team": [refusal.detail]}
        again = {"team": post.get("team", ""), "role": post.get("role", ""), "errors": errors}
        return person_page(request, user_id, again={"fleet": again}, status=refusal.status)
    messages.success(request, _("Role saved.") if post.get("role") else _("Role removed."))
    return redirect("workspace:person", user_id)


def _in_words(members: list[TeamMember]) -> str:
    if len(members) == 1:
        return _("{team} · {role}").format(team=members[0].team.name, role=TeamRole(members[0].role).label)
    counted = Counter(TeamRole(each.role).label for each in members)
    roles = ", ".join(sorted(str(label) for label in counted))
    return ngettext("{n} team · {roles}", "{n} teams · {roles}", len(members)).format(n=len(members), roles=roles)


def _stations_of(user: User) -> list[Station]:
    found = Station.objects.filter(owner=user).exclude(state=StationState.REVOKED).select_related("team")
    return list(found.order_by("name"))


def _names(stations: list[Station]) -> str:
    names = ", ".join(each.name for each in stations[:MAX_NAMED])
    more = len(stations) - MAX_NAMED
    return names if more <= 0 else _("{names} and {count} more").format(names=names, count=more)
