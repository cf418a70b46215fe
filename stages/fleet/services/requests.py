"""Deciding on requests, withdrawing them, and letting them expire."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller, foundry_caller
from accounts.models import User
from kernel.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from kernel.names import check_remark
from projects.writing import upkeep_write
from publishing.approvals import refusal
from publishing.models import MAX_COMMENT
from publishing.quorum import Approval, Quorum, approval_progress
from stages.fleet import events
from stages.fleet.access import fleet_access
from stages.fleet.choices import RequestKind, RequestState
from stages.fleet.models import Decision, Directive, Request
from stages.fleet.permissions import APPROVE_CHANGES
from stages.fleet.reading import visible_request
from stages.fleet.services.asking import record_request
from stages.fleet.services.carrying_out import carry_out
from stages.fleet.services.ending import end_request, title_of
from stages.fleet.services.exceptions import begin_exception, lock_station_of
from stages.fleet.services.writing import FleetWrite, fleet_write, lock_team

_APPROVED: Final = "approved"


def decide_request(*, caller: Caller, request_id: UUID, approves: bool, digest: str, comment: str = "") -> Request:
    """Approve or reject a request, never one's own. The last approval that was missing carries it out.

    `digest` is that of what the person decides on (`Request.digest`). Raises `PermissionDenied`; `Conflict` for the
    author, a second decision, a request that has ended, and another digest; and what carrying it out raises.
    """
    comment = check_remark(comment, name="comment", maximum=MAX_COMMENT, required=False)
    parameters = {"request": str(request_id), "approves": approves, "digest": digest, "comment": comment}
    found = visible_request(user=caller.user, request_id=request_id)
    with fleet_write(
        caller=caller,
        project_id=found.project_id,
        team_id=found.team_id,
        action=APPROVE_CHANGES,
        name="directive.decide",
        parameters=parameters,
    ) as write:
        request = _lock(request_id)
        if write.repeat_of is not None:
            request.repeated = True
            return request
        station = lock_station_of(request)
        _check_may_decide(request, caller, digest)
        _record_decision(write, request, approves=approves, comment=comment)
        if not approves:
            end_request(write, request, RequestState.REJECTED)
        elif _is_met(write, request):
            if request.kind == RequestKind.EXCEPTION:
                end_request(write, request, RequestState.ACCEPTED)
                begin_exception(write, request, station)
            else:
                request.directive = _carry_out(write, request)
                end_request(write, request, RequestState.ACCEPTED)
    return request


def withdraw_request(*, caller: Caller, request_id: UUID) -> Request:
    """Take one's own request back. Raises `PermissionDenied` for somebody else's, `Conflict` for one that has ended."""
    found = visible_request(user=caller.user, request_id=request_id)
    with fleet_write(
        caller=caller,
        project_id=found.project_id,
        team_id=found.team_id,
        action=None,
        name="directive.withdraw_request",
        parameters={"request": str(request_id)},
    ) as write:
        request = _lock(request_id)
        if write.repeat_of is not None:
            request.repeated = True
            return request
        if request.author_id != caller.user.id:
            raise PermissionDenied(_("Only the person who asked can withdraw it."))
        _require_open(request)
        end_request(write, request, RequestState.WITHDRAWN)
    return request


def expire_requests() -> int:
    """End the requests whose time is over, each in a transaction of its own; returns how many."""
    caller = foundry_caller()
    over = Request.objects.filter(state=RequestState.OPEN, expires_at__lte=timezone.now())
    count = 0
    for request_id, project_id, team_id in list(over.values_list("id", "project_id", "team_id")):
        with upkeep_write(caller=caller, project_id=project_id) as project_write:
            write = FleetWrite(project_write, lock_team(team_id), fleet_access(caller.user))
            request = _lock(request_id)
            if request.state == RequestState.OPEN:
                end_request(write, request, RequestState.EXPIRED)
                count += 1
    return count


def _carry_out(write: FleetWrite, request: Request) -> Directive:
    """Do what was asked. Raises `Conflict` for what was right when it was asked and is not any more."""
    facts = {"author_id": str(request.author_id), "request_id": str(request.id)}
    try:
        return carry_out(write, request.kind, request.payload, facts)
    except ValidationFailed as error:
        raise Conflict(_("This is no longer possible. {reason}").format(reason=error.detail)) from None


def _check_may_decide(request: Request, caller: Caller, digest: str) -> None:
    _require_open(request)
    given = [Approval(each.person_id, _APPROVED) for each in request.decisions.all()]
    words = refusal(
        _quorum(request), person=caller.user.id, meaning=_APPROVED, given=given, authors=[request.author_id]
    )
    if words is not None:
        raise Conflict(words)
    if digest != request.digest:
        raise Conflict(_("This is not what was asked for. Read the request again."), digest=request.digest)


def _record_decision(write: FleetWrite, request: Request, *, approves: bool, comment: str) -> None:
    decision = Decision(id=uuid7(), request=request, person=write.caller.user, approves=approves, comment=comment)
    decision.digest = request.digest
    data: dict[str, Any] = {
        **events.request_facts(request, title_of(request)),
        "decision_id": str(decision.id),
        "approves": approves,
        "digest": decision.digest,
        "comment": comment,
    }
    event = record_request(write, request, events.DIRECTIVE_REQUEST_DECIDED.name, data)
    decision.decided_at = event.at
    decision.save(force_insert=True)


def _is_met(write: FleetWrite, request: Request) -> bool:
    """Whether enough people have approved who may still decide."""
    approved = request.decisions.filter(approves=True).values_list("person_id", flat=True)
    people = User.objects.active().filter(pk__in=list(approved))
    given = [
        Approval(person.id, _APPROVED)
        for person in people
        if fleet_access(person, write.tree).may(APPROVE_CHANGES, write.team.id)
    ]
    return approval_progress(_quorum(request), given=given, authors=[request.author_id]).met


def _quorum(request: Request) -> Quorum:
    return Quorum({_APPROVED: request.quorum}, distinct=request.quorum, not_by_authors=frozenset({_APPROVED}))


def _require_open(request: Request) -> None:
    if request.state != RequestState.OPEN:
        words = _("The request is {state}.").format(state=RequestState(request.state).label.lower())
        raise Conflict(words)
    if request.expires_at <= timezone.now():
        raise Conflict(_("The request has expired. Ask again."))


def _lock(request_id: UUID) -> Request:
    rows = Request.objects.select_for_update(no_key=True, of=("self",)).select_related("directive")
    request = rows.filter(pk=request_id).first()
    if request is None:
        raise NotFound(_("Request not found."))
    return request
