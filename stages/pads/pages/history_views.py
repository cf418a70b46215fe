"""The history of a pad: its text at a revision, what changed since the stop before, and who changed it."""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kernel.errors import NotFound
from projects.access import Access, get_project
from projects.models import Status
from projects.permissions import allowed
from stages.pads.hashes import log_hash_at
from stages.pads.models import Pad
from stages.pads.pages.past import Past, PastPeople, past_of, rows_of
from stages.pads.pages.ruler import BASELINE, ruler_of
from stages.pads.reading import load_pad
from workspace import languages
from workspace.decorators import PageRequest, page
from workspace.project_frame import frame_of
from workspace.query_numbers import query_number
from workspace.releases.views import live_data
from workspace.templatetags.foundry import reader_zone

SHOWS: Final = ("changes", "text")


@page("GET", "HEAD")
def history(request: PageRequest, project_id: UUID, pad_id: UUID) -> HttpResponse:
    """GET `?at=1180&show=text`: the pad at a revision, the newest one without `at`."""
    access = get_project(user=request.user, project_id=project_id)
    return render(request, "pads/history.html", history_context(request, access, pad_in(access, pad_id)))


@page("GET", "HEAD")
def log_hash(request: PageRequest, project_id: UUID, pad_id: UUID) -> HttpResponse:
    """GET `?at=1180`: the hash of the log at a revision, for the page that asks for it once it is there."""
    pad = pad_in(get_project(user=request.user, project_id=project_id), pad_id)
    at = query_number(request.GET, "at") or 0
    if not 1 <= at <= pad.head:
        raise NotFound(_("The newest revision is {head}.").format(head=pad.head), head=pad.head)
    return render(request, "pads/history/hash.html", {"hash": log_hash_at(pad, at).hex()})


def pad_in(access: Access, pad_id: UUID) -> Pad:
    """A pad of this project. Raises `NotFound`."""
    found = load_pad(pad_id)
    if found.project_id != access.project.id:
        raise NotFound(_("Pad not found."))
    return found


def may_write_in(access: Access, pad: Pad) -> bool:
    """Whether the reader may change its text now."""
    return not pad.is_closed and allowed("pad.write", role=access.role, status=Status(access.project.status))


def history_context(request: PageRequest, access: Access, pad: Pad) -> dict[str, Any]:
    """What the page shows."""
    past = past_of(pad, query_number(request.GET, "at"))
    show = request.GET.get("show", "")
    return {
        "frame": frame_of(access, user=request.user, tab="pads"),
        "project_id": access.project.id,
        "pad": pad,
        "language": pad.language,
        "language_name": languages.language_name(pad.language),
        "may_write": may_write_in(access, pad),
        "show": show if show in SHOWS else SHOWS[0],
        "live": live_data(request, access.project.id),
        **(_shown(request, past, shows_text=show == "text") if past else {}),
    }


def _shown(request: PageRequest, past: Past, *, shows_text: bool) -> dict[str, Any]:
    shares = past.shares()
    every = [share for stop in past.stops for share in stop.shares]
    people = PastPeople([*shares, *every], {past.revision.user_id})
    zone = reader_zone(request)
    ruler = ruler_of(past.stops, past.stop, past.at, past.revision.at, zone)
    return {
        "past": past,
        "text": past.text() if shows_text else past.changes(reader=request.user.id),
        "typed_by": people.get(past.revision.user_id),
        "shares": people.views(shares),
        "rows": rows_of(past, people, zone),
        "ruler": ruler,
        "scale": json.dumps(ruler.scale),
        "baseline": BASELINE,
        "is_newest": past.at == past.head,
        "hash": bytes(past.pad.log_hash).hex() if past.at == past.pad.head else "",
    }
