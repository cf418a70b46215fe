"""What people do with requests: approve, reject, take back, end an exception."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import DomainError, ValidationFailed
from stages.fleet import services
from stages.fleet.choices import RequestState
from stages.fleet.pages.frame import FleetReader, fleet_page
from stages.fleet.pages.requests import request_of, show_request


@fleet_page("POST")
def decide(reader: FleetReader, request_id: UUID) -> HttpResponse:
    """POST `approves, digest, comment`: approve or reject exactly what was read."""
    request_of(reader, request_id)
    post = reader.request.POST
    try:
        decided = services.decide_request(
            caller=caller_from_request(reader.request),
            request_id=request_id,
            approves=post.get("approves") == "yes",
            digest=post.get("digest", ""),
            comment=post.get("comment", ""),
        )
    except ValidationFailed as refusal:
        return show_request(reader, request_id, status=400, values=post.dict(), errors=refusal.errors)
    except DomainError as refusal:
        return show_request(reader, request_id, status=refusal.status, values=post.dict(), problem=refusal.detail)
    words = {
        RequestState.ACCEPTED: _("Approved. It takes effect now."),
        RequestState.REJECTED: _("Rejected. The author will see it."),
    }
    messages.success(
        reader.request, words.get(RequestState(decided.state), _("Approved. More people must approve it."))
    )
    return redirect("fleet:request", request_id)


@fleet_page("POST")
def take_back(reader: FleetReader, request_id: UUID) -> HttpResponse:
    """POST: take one's own request back."""
    request_of(reader, request_id)
    try:
        services.withdraw_request(caller=caller_from_request(reader.request), request_id=request_id)
    except DomainError as refusal:
        return show_request(reader, request_id, status=refusal.status, problem=refusal.detail)
    messages.success(reader.request, _("Withdrawn."))
    return redirect("fleet:request", request_id)


@fleet_page("POST")
def end_exception(reader: FleetReader, request_id: UUID) -> HttpResponse:
    """POST `reason`: end an exception before its time."""
    request_of(reader, request_id)
    post = reader.request.POST
    try:
        services.revoke_exception(
            caller=caller_from_request(reader.request), request_id=request_id, reason=post.get("reason", "")
        )
    except ValidationFailed as refusal:
        return show_request(reader, request_id, status=400, values=post.dict(), errors=refusal.errors)
    except DomainError as refusal:
        return show_request(reader, request_id, status=refusal.status, values=post.dict(), problem=refusal.detail)
    messages.success(reader.request, _("The exception has ended."))
    return redirect("fleet:request", request_id)
