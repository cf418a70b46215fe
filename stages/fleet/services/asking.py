"""Asking a team: what needs approvals becomes a request, and what needs none is done at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from audit.keys.text import rfc3339
from audit.models import Event
from audit.services import Target
from notifications.services import notify
from stages.fleet import events
from stages.fleet.choices import TeamRole
from stages.fleet.following.changes import note_change
from stages.fleet.models import Directive, Request, Station, TeamMember
from stages.fleet.services.carrying_out import carry_out
from stages.fleet.services.writing import FleetWrite

REQUEST_TIME: Final = timedelta(days=14)
_DECIDERS: Final = (TeamRole.ADMIN, TeamRole.SUPER_ADMIN)


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a submission: a request that waits, or the directive where the team needs no approval."""

    request: Request | None
    directive: Directive | None
    repeated: bool = False


def submit(
    write: FleetWrite, kind: str, payload: Mapping[str, Any], *, reason: str, directive: Directive | None
) -> Submitted:
    """Ask the team for what a payload says, or do it where its quorum is 0."""
    author = write.caller.user
    if write.team.quorum == 0:
        facts = {"author_id": str(author.id), "request_id": None}
        return Submitted(None, carry_out(write, kind, payload, facts))
    title = payload["title"] if directive is None else directive.title
    return Submitted(
        ask(write, kind, payload, title=title, reason=reason, author=author, directive=directive), directive
    )


def ask(
    write: FleetWrite,
    kind: str,
    payload: Mapping[str, Any],
    *,
    title: str,
    reason: str,
    author: User,
    directive: Directive | None,
    station: Station | None = None,
    until: datetime | None = None,
) -> Request:
    """Open a request, and let those who may decide know of it."""
    request = Request(
        id=uuid7(), kind=kind, team=write.team, project=write.project_write.project, payload=dict(payload)
    )
    request.reason, request.quorum, request.author, request.until = reason, write.team.quorum, author, until
    request.directive, request.station = directive, station
    request.expires_at = timezone.now() + REQUEST_TIME
    data = {
        **events.request_facts(request, title),
        "payload": request.payload,
        "digest": request.digest,
        "quorum": request.quorum,
        "author_id": str(author.id),
        "station_id": str(station.pk) if station else None,
        "expires_at": rfc3339(request.expires_at),
        "until": rfc3339(until) if until else None,
    }
    event = record_request(write, request, events.DIRECTIVE_REQUESTED.name, data, reason=reason or None)
    request.asked_at = event.at
    request.save(force_insert=True)
    facts = {"request_id": str(request.id), "kind": request.kind, "title": title}
    _notify_deciders(write, request, facts)
    return request


def record_request(
    write: FleetWrite, request: Request, action: str, data: Mapping[str, Any], *, reason: str | None = None
) -> Event:
    """Record an event about a request on its project's chain."""
    note_change(request.team_id)
    return write.project_write.record(action, Target.of("directive_request", request.id), data, reason=reason)


def repeated_submission(event: Event) -> Submitted:
    """What the same submission became before."""
    if event.target_type == "directive":
        return Submitted(None, Directive.objects.get(pk=event.target_id), repeated=True)
    request = Request.objects.select_related("directive").get(pk=event.target_id)
    return Submitted(request, request.directive, repeated=True)


def deciders_of(write: FleetWrite) -> set[UUID]:
    """Who may decide by a role in the team or above it."""
    path = write.tree.path(write.team.id)
    members = TeamMember.objects.filter(team__in=path, role__in=_DECIDERS, user__is_active=True)
    return set(members.values_list("user_id", flat=True))


def _notify_deciders(write: FleetWrite, request: Request, facts: Mapping[str, Any]) -> None:
    recipients = deciders_of(write) - {request.author_id}
    notify(caller=write.caller, line=events.REQUESTED_LINE, recipients=recipients, project_id=None, facts=facts)
