"""Ending a request, in the transaction of what ends it."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from notifications.services import notify
from stages.fleet import events, live
from stages.fleet.choices import RequestState
from stages.fleet.models import Request
from stages.fleet.services.asking import record_request
from stages.fleet.services.writing import FleetWrite


def end_request(write: FleetWrite, request: Request, state: str) -> None:
    """End a locked request with its event, and let its author and its station know."""
    title = title_of(request)
    data = {**events.request_facts(request, title), "state": str(state)}
    event = record_request(write, request, events.DIRECTIVE_REQUEST_ENDED.name, data)
    request.state, request.ended_at = state, event.at
    request.save(update_fields=["state", "ended_at", "directive"])
    if state in (RequestState.ACCEPTED, RequestState.REJECTED):
        facts = {"request_id": str(request.id), "kind": request.kind, "title": title, "state": str(state)}
        recipients = [request.author_id]
        notify(caller=write.caller, line=events.DECIDED_LINE, recipients=recipients, project_id=None, facts=facts)
    if request.station_id is not None:
        answer = partial(
            live.publish_decision,
            request.station_id,
            request_id=request.id,
            kind=request.kind,
            directive_id=request.directive_id,
            state=str(state),
            at=request.ended_at,
        )
        transaction.on_commit(answer, robust=True)


def title_of(request: Request) -> str:
    """The title of the directive that a request is about."""
    return str(request.payload["title"]) if request.directive is None else request.directive.title
