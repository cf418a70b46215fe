"""The requests: what waits for a decision, what was decided, and the page of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from kernel.errors import NotFound
from stages.fleet.choices import RequestKind, RequestState
from stages.fleet.models import Decision, Request
from stages.fleet.pages.frame import FleetReader, fleet_page
from stages.fleet.pages.payloads import PayloadLine, lines_of
from stages.fleet.pages.request_words import state_words, subject_of, title_of
from stages.fleet.permissions import APPROVE_CHANGES
from stages.fleet.reading import visible_requests
from workspace.query_numbers import query_number
from workspace.releases.presentation import StateWords

PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in the list."""

    request: Request
    approvals: int
    is_own: bool
    may_decide: bool

    @property
    def title(self) -> str:
        return title_of(self.request)

    @property
    def subject(self) -> str:
        return subject_of(self.request)

    @property
    def badge(self) -> StateWords:
        return state_words(self.request)

    @property
    def is_open(self) -> bool:
        return self.request.state == RequestState.OPEN


@fleet_page("GET", "HEAD")
def requests(reader: FleetReader) -> HttpResponse:
    """GET `?after=`: open requests, the oldest first, then those that ended, the newest first."""
    found = Request.objects.filter(visible_requests(reader.seen.access))
    found = found.select_related("author", "team", "directive", "station", "project")
    first = query_number(reader.request.GET, "after") or 0
    ended = list(found.exclude(state=RequestState.OPEN).order_by("-ended_at")[first : first + PAGE + 1])
    context = {
        "open": rows_of(reader, found.filter(state=RequestState.OPEN).order_by("asked_at")),
        "ended": rows_of(reader, ended[:PAGE]),
        "more": first + PAGE if len(ended) > PAGE else 0,
    }
    return reader.render("fleet/requests.html", "requests", context)


@fleet_page("GET", "HEAD")
def request(reader: FleetReader, request_id: UUID) -> HttpResponse:
    """GET: a request: what it changes, who decided what, and the form of a decision."""
    return show_request(reader, request_id)


def show_request(reader: FleetReader, request_id: UUID, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a request; `problem` says why a decision was refused, `values` are what was typed."""
    found = request_of(reader, request_id)
    (row,) = rows_of(reader, [found])
    decisions = list(Decision.objects.filter(request=found).select_related("person").order_by("id"))
    mine = next((each for each in decisions if each.person_id == reader.request.user.id), None)
    context = {
        "row": row,
        "asked": found,
        "lines": payload_of(found),
        "decisions": decisions,
        "mine": mine,
        "may_decide": row.may_decide and mine is None,
        "may_withdraw": row.is_open and row.is_own,
        "may_revoke": found.kind == RequestKind.EXCEPTION
        and found.state == RequestState.ACCEPTED
        and found.revoked_at is None
        and (found.until is None or found.until > reader.now)
        and reader.seen.may(APPROVE_CHANGES, found.team_id),
        "values": {},
        **more,
    }
    return reader.render("fleet/request.html", "requests", context, status=status)


def request_of(reader: FleetReader, request_id: UUID) -> Request:
    """A request that the reader sees. Raises `NotFound`."""
    found = Request.objects.filter(visible_requests(reader.seen.access), pk=request_id)
    one = found.select_related("author", "team", "directive__release", "station__owner", "project").first()
    if one is None:
        raise NotFound(_("Request not found."))
    return one


def rows_of(reader: FleetReader, found: Any) -> list[RequestRow]:
    """Requests as rows, in the order given."""
    requests = list(found)
    approvals: dict[UUID, int] = {}
    for request_id in Decision.objects.filter(request__in=requests, approves=True).values_list("request_id", flat=True):
        approvals[request_id] = approvals.get(request_id, 0) + 1
    me = reader.request.user.id
    return [
        RequestRow(
            each,
            approvals.get(each.id, 0),
            each.author_id == me,
            each.state == RequestState.OPEN and each.author_id != me and reader.seen.may(APPROVE_CHANGES, each.team_id),
        )
        for each in requests
    ]


def payload_of(found: Request) -> list[PayloadLine]:
    """What is asked for, beside what is now."""
    payload: Mapping[str, Any] = found.payload if isinstance(found.payload, dict) else {}
    return lines_of(payload)
