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
from stages.pads.pages.past_field import FieldNow, field_now
from stages.pads.pages.past_lines import PastText
from stages.pads.pages.promoted import versions_of
from stages.pads.pages.ruler import BASELINE, ruler_of
from stages.pads.pages.texts import history_texts
from stages.pads.reading import load_pad
from workspace import languages
from workspace.decorators import PageRequest, page
from workspace.project_frame import frame_of
from workspace.query_numbers import query_number
from workspace.releases.views import live_data
from workspace.templatetags.foundry import reader_zone

# What the sheet shows: what changed since the stop before, the text alone, or what the field says otherwise.
SHOWS: Final = ("changes", "text", "field")


@page("GET", "HEAD")
def history(request: PageRequest, project_id: UUID, pad_id: UUID) -> HttpResponse:
    """GET `?at=1180&show=`: the pad at a revision, the newest one without `at`; `show` is one of `SHOWS`."""
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
    # Before the revisions are read: whatever happens meanwhile, the page gets its event.
    live = live_data(request, access.project.id)
    past = past_of(pad, query_number(request.GET, "at"))
    field, status = field_now(access, pad), Status(access.project.status)
    show = _show(request, field)
    return {
        "frame": frame_of(access, user=request.user, tab="pads"),
        "project_id": access.project.id,
        "pad": pad,
        "language": pad.language,
        "language_name": languages.language_name(pad.language),
        "may_write": may_write_in(access, pad),
        "may_propose": allowed("proposal.stage", role=access.role, status=status),
        "field": field,
        "show": show,
        "show_query": f"&show={show}" if show != SHOWS[0] else "",
        "live": live | {"texts": live["texts"] | history_texts()},
        **(_shown(request, past, show=show, field=field) if past else {}),
    }


def _show(request: PageRequest, field: FieldNow | None) -> str:
    show = request.GET.get("show", "")
    return show if show in SHOWS and (show != "field" or field) else SHOWS[0]


def _text(request: PageRequest, past: Past, show: str, field: FieldNow | None) -> PastText:
    if show == "text":
        return past.text()
    if show == "field" and field is not None:
        return past.apart_from(field.text(), reader=request.user.id)
    return past.changes(reader=request.user.id)


def _shown(request: PageRequest, past: Past, *, show: str, field: FieldNow | None) -> dict[str, Any]:
    shares = past.shares()
    every = [share for stop in past.stops for share in stop.shares]
    people = PastPeople([*shares, *every], {past.revision.user_id})
    zone = reader_zone(request)
    promoted = versions_of(past.pad.project_id, [past.pad.id])
    moments = [(each.revision, each.version) for each in promoted]
    ruler = ruler_of(past.stops, past.stop, past.at, past.revision.at, zone, moments=moments)
    return {
        "past": past,
        "text": _text(request, past, show, field),
        "typed_by": people.get(past.revision.user_id),
        "shares": people.views(shares),
        "rows": rows_of(past, people, zone, moments),
        "ruler": ruler,
        "scale": json.dumps(ruler.scale),
        "baseline": BASELINE,
        "is_newest": past.at == past.head,
        "hash": bytes(past.pad.log_hash).hex() if past.at == past.pad.head else "",
    }
