"""The dialogs of a pad's history: bringing an earlier text back, and taking one person's changes out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.callers import caller_from_request
from kernel.errors import Conflict, ValidationFailed
from projects.access import get_project
from stages.pads import services
from stages.pads.models import Pad
from stages.pads.pages.history_views import pad_in
from stages.pads.pages.past import PastPeople
from stages.pads.services.reverting import MAX_REVISIONS
from stages.pads.stops import shares_between, stops_of
from workspace.decorators import PageRequest, is_htmx, page
from workspace.htmx_action import refusal_text
from workspace.query_numbers import query_number

REFUSALS = (Conflict, ValidationFailed)


@page("GET", "HEAD", "POST")
def restore(request: PageRequest, project_id: UUID, pad_id: UUID) -> HttpResponse:
    """GET `?revision=`: the dialog that asks. POST `revision`: the text says again what it said then."""
    pad = pad_in(get_project(user=request.user, project_id=project_id, action="pad.write"), pad_id)
    asked = request.POST if request.method == "POST" else request.GET
    revision, problem = query_number(asked, "revision") or 0, ""
    if request.method == "POST":
        try:
            services.restore_pad(caller=caller_from_request(request), pad_id=pad_id, revision=revision)
        except REFUSALS as refusal:
            problem = refusal_text(refusal)
        else:
            return _back(request, pad, _("The text is that of revision {n} again.").format(n=revision))
    context = {"project_id": project_id, "pad": pad, "revision": revision, "next": pad.head + 1, "problem": problem}
    return _dialog(request, "restore", context)


@page("GET", "HEAD", "POST")
def take_back(request: PageRequest, project_id: UUID, pad_id: UUID) -> HttpResponse:
    """GET `?after=&until=[&user=]`: the dialog that asks whose changes. POST `user, after, until`: take them out.

    Without `after` they are those since the newest stop began in which this person did something, without `until` those
    up to now.
    """
    pad = pad_in(get_project(user=request.user, project_id=project_id, action="pad.write"), pad_id)
    asked = request.POST if request.method == "POST" else request.GET
    person, problem = _person(asked), ""
    after, until = _range(pad, asked, person)
    if request.method == "POST":
        try:
            if person is None:
                raise ValidationFailed({"user": [_("Choose whose changes.")]})
            caller = caller_from_request(request)
            services.take_back_changes(caller=caller, pad_id=pad_id, user_id=person, after=after, until=until)
        except REFUSALS as refusal:
            problem = refusal_text(refusal)
        else:
            return _back(request, pad, _("The changes are taken back. What others wrote is still there."))
    return _dialog(request, "take_back", {"problem": problem, **_take_back_context(pad, person, after, until)})


def _take_back_context(pad: Pad, person: UUID | None, after: int, until: int) -> dict[str, Any]:
    shares = shares_between(pad.id, after, until)
    stops = stops_of(pad.id)
    # One row is the newest stop; a range that begins elsewhere has a row of its own.
    starts = [(stop.first - 1, stop.began_at) for stop in reversed(stops) if pad.head - stop.first < MAX_REVISIONS]
    ends = [(stop.last, stop.ended_at) for stop in reversed(stops) if pad.head - stop.last < MAX_REVISIONS]
    views = [view for view in PastPeople(shares, {person}).views(shares) if view.user is not None]
    return {
        "project_id": pad.project_id,
        "pad": pad,
        "people": views,
        "person": person,
        "after": after,
        "until": until,
        "starts": starts,
        "ends": ends,
        "names_start": any(revision == after for revision, _at in starts),
        "names_end": any(revision == until for revision, _at in ends),
    }


def _person(asked: QueryDict) -> UUID | None:
    """Whose changes. Raises `ValidationFailed` for what is no id."""
    text = asked.get("user", "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise ValidationFailed({"user": [_("Must be the id of an account.")]}) from None


def _range(pad: Pad, asked: QueryDict, person: UUID | None) -> tuple[int, int]:
    after, until = query_number(asked, "after"), query_number(asked, "until")
    until = pad.head if until is None else until
    if after is None:
        stops = [
            stop for stop in stops_of(pad.id) if person is None or any(share.user_id == person for share in stop.shares)
        ]
        after = stops[-1].first - 1 if stops else 0
    return after, until


def _dialog(request: PageRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """The whole dialog when it is asked for; its form alone when what was sent is refused, or asked again."""
    is_form = request.method == "POST" or "again" in request.GET
    part = f"{name}_form" if is_form else name
    status = 400 if context["problem"] else 200
    return render(request, f"pads/history/{part}.html", context, status=status)


def _back(request: PageRequest, pad: Pad, words: str) -> HttpResponse:
    messages.success(request, words)
    address = reverse("pads:pad", args=[pad.project_id, pad.id])
    return HttpResponseClientRedirect(address) if is_htmx(request) else redirect(address)
