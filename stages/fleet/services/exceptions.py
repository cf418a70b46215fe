"""Exceptions: a station that may keep another text than a directive's, for a time or until it is revoked."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import Kind, User
from audit.keys.text import rfc3339
from kernel.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from kernel.names import check_reason
from stages.fleet import events
from stages.fleet.access import fleet_access
from stages.fleet.choices import DirectiveStatus, RequestKind, RequestState
from stages.fleet.models import Directive, Request, Station
from stages.fleet.permissions import APPROVE_CHANGES, REQUEST_CHANGES
from stages.fleet.reading import visible_request
from stages.fleet.services.asking import ask, record_request
from stages.fleet.services.carrying_out import lock_directive
from stages.fleet.services.ending import end_request, title_of
from stages.fleet.services.sealing import renew_assignment
from stages.fleet.services.writing import FleetWrite, fleet_write
from stages.fleet.times import check_time


def request_exception(
    *, caller: Caller, station_id: UUID, directive_id: UUID, until: datetime | None, reason: str
) -> Request:
    """Ask that a station may keep another text than a directive's, until a time, or until it is revoked (None).

    The station itself may, on behalf of its owner, and so may the owner and whoever may request changes in its team.
    The team of the directive decides; where its quorum is 0 the exception begins at once. Raises `NotFound`,
    `PermissionDenied`, `Conflict` for a revoked station, and `ValidationFailed` for a directive that the station does
    not obey and for a time that is over.
    """
    reason = check_reason(reason)
    until = None if until is None else check_time(until, name="until")
    if until is not None and until <= timezone.now():
        raise ValidationFailed({"until": [_("Give a time in the future.")]})
    station, person = _visible_station(caller, station_id)
    directive = _obeyed_directive(person, station, directive_id)
    payload: dict[str, Any] = {"directive_id": str(directive_id), "station_id": str(station_id)}
    payload["until"] = rfc3339(until) if until else None
    with fleet_write(
        caller=caller,
        project_id=directive.project_id,
        team_id=directive.team_id,
        action=None,
        name="directive.request_exception",
        parameters={**payload, "reason": reason},
        person=person,
    ) as write:
        if write.repeat_of is not None:
            return _repeated(write)
        station = _locked(station_id)
        _check_may_request(write, station, person)
        directive = lock_directive(directive_id)
        if directive.status == DirectiveStatus.WITHDRAWN:
            raise Conflict(_("The directive is withdrawn."))
        about: dict[str, Any] = {"directive": directive, "station": station, "until": until, "title": directive.title}
        request = ask(write, RequestKind.EXCEPTION, payload, reason=reason, author=person, **about)
        if request.quorum == 0:
            end_request(write, request, RequestState.ACCEPTED)
            begin_exception(write, request, station)
    return request


def revoke_exception(*, caller: Caller, request_id: UUID, reason: str) -> Request:
    """End an exception at once. Who approves changes of the directive's team may. Raises `Conflict` for none."""
    reason = check_reason(reason)
    found = visible_request(user=caller.user, request_id=request_id)
    with fleet_write(
        caller=caller,
        project_id=found.project_id,
        team_id=found.team_id,
        action=APPROVE_CHANGES,
        name="directive.revoke_exception",
        parameters={"request": str(request_id), "reason": reason},
    ) as write:
        if write.repeat_of is not None:
            return _repeated(write)
        rows = Request.objects.select_for_update(no_key=True, of=("self",)).select_related("directive")
        request = rows.get(pk=request_id)
        if request.kind != RequestKind.EXCEPTION or request.state != RequestState.ACCEPTED or request.revoked_at:
            raise Conflict(_("This exception is not in force."))
        station = lock_station_of(request)
        assert station is not None
        data = {**events.request_facts(request, title_of(request)), "station_id": str(station.pk)}
        event = record_request(write, request, events.EXCEPTION_REVOKED.name, data, reason=reason)
        request.revoked_at = event.at
        request.save(update_fields=["revoked_at"])
        if not station.is_revoked:
            renew_assignment(write.caller, station, write.tree)
    return request


def begin_exception(write: FleetWrite, request: Request, station: Station | None) -> None:
    """Put an exception that was just accepted into the assignment of its locked station. Raises `Conflict`."""
    if station is None or station.is_revoked:
        raise Conflict(_("The station is revoked."))
    if request.until is not None and request.until <= timezone.now():
        raise Conflict(_("The time of the exception is over. Ask again."))
    renew_assignment(write.caller, station, write.tree)


def lock_station_of(request: Request) -> Station | None:
    """The station of an exception, its row locked; None for a request of another kind."""
    return _locked(request.station_id) if request.station_id is not None else None


def _visible_station(caller: Caller, station_id: UUID) -> tuple[Station, User]:
    """The station, and the person who asks: its owner, where it asks itself. Raises `NotFound`."""
    station = Station.objects.select_related("owner").filter(pk=station_id).first()
    if station is not None:
        person = station.owner if caller.user.id == station.pk else caller.user
        is_seen = person.id == station.owner_id or fleet_access(person).role(station.team_id) is not None
        if person.kind == Kind.HUMAN and (is_seen or fleet_access(person).may(REQUEST_CHANGES, station.team_id)):
            return station, person
    raise NotFound(_("Station not found."))


def _obeyed_directive(person: User, station: Station, directive_id: UUID) -> Directive:
    directive = Directive.objects.filter(pk=directive_id).first()
    above = {team.id for team in fleet_access(person).tree.path(station.team_id)}
    if directive is None or directive.team_id not in above:
        raise ValidationFailed({"directive_id": [_("This directive does not apply to the station.")]})
    return directive


def _check_may_request(write: FleetWrite, station: Station, person: User) -> None:
    if station.is_revoked:
        raise Conflict(_("The station is revoked."))
    if station.owner_id != person.id and not write.access.may(REQUEST_CHANGES, station.team_id):
        raise PermissionDenied(_("Only its owner, or someone who may request changes in its team, can ask for this."))


def _locked(station_id: UUID) -> Station:
    return Station.objects.select_for_update(no_key=True, of=("self",)).select_related("owner").get(pk=station_id)


def _repeated(write: FleetWrite) -> Request:
    assert write.repeat_of is not None
    request = Request.objects.select_related("directive").get(pk=write.repeat_of.target_id)
    request.repeated = True
    return request
