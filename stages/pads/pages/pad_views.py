"""The page of one pad, which a script makes live; naming it, closing and reopening it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import NotFound, ValidationFailed
from projects import field_names
from projects.access import Access, get_project
from projects.models import Status
from projects.permissions import allowed
from stages.pads import services
from stages.pads.models import Pad
from stages.pads.pages.list_views import form_context
from stages.pads.pages.people import people_in_pads
from stages.pads.pages.promoted import versions_of
from stages.pads.reading import load_pad
from workspace.decorators import PageRequest, page
from workspace.languages import language_name
from workspace.project_frame import frame_of
from workspace.releases.views import live_data
from workspace.script_texts import script_texts

# Beside the one that is open, those that changed last.
SHOWN_PADS: Final = 30


@page("GET", "HEAD")
def pad(request: PageRequest, project_id: UUID, pad_id: UUID) -> HttpResponse:
    """The pad; its text comes with the socket."""
    access = get_project(user=request.user, project_id=project_id)
    return render(request, "pads/pad.html", pad_context(request, access, pad_of(access, pad_id)))


@page("GET", "HEAD", "POST")
def change(request: PageRequest, project_id: UUID, pad_id: UUID) -> HttpResponse:
    """GET: the form over the pad. POST `name, language, target_field`: change them."""
    access = get_project(user=request.user, project_id=project_id, action="pad.manage")
    shown = pad_of(access, pad_id)
    if request.method != "POST":
        values = {"name": shown.name, "language": shown.language, "target_field": shown.target_field}
        return _form(request, access, shown, values)
    values = {name: request.POST.get(name, "") for name in ("name", "language", "target_field")}
    try:
        services.update_pad(caller=caller_from_request(request), pad_id=pad_id, **values)
    except ValidationFailed as refusal:
        return _form(request, access, shown, values, refusal.errors)
    return redirect("pads:pad", project_id, pad_id)


@page("POST")
def close(request: PageRequest, project_id: UUID, pad_id: UUID) -> HttpResponse:
    """Let nobody write in the pad any more."""
    pad_of(get_project(user=request.user, project_id=project_id, action="pad.manage"), pad_id)
    services.close_pad(caller=caller_from_request(request), pad_id=pad_id)
    return redirect("pads:pad", project_id, pad_id)


@page("POST")
def reopen(request: PageRequest, project_id: UUID, pad_id: UUID) -> HttpResponse:
    """Let people write in the pad again."""
    pad_of(get_project(user=request.user, project_id=project_id, action="pad.manage"), pad_id)
    services.reopen_pad(caller=caller_from_request(request), pad_id=pad_id)
    return redirect("pads:pad", project_id, pad_id)


def pad_context(request: PageRequest, access: Access, shown: Pad) -> dict[str, Any]:
    """What the page of a pad shows before its script begins, and what the script needs."""
    project = access.project
    # Before the pad is read again: whatever happens meanwhile, the page gets its event.
    live = live_data(request, project.id) | {"texts": script_texts()}
    status = Status(project.status)
    others = Pad.objects.filter(project=project, closed_at__isnull=True).exclude(pk=shown.pk)
    people = people_in_pads(project.id)
    return {
        "frame": frame_of(access, user=request.user, tab="pads"),
        "project_id": project.id,
        "pad": shown,
        "pads": [(each, people.get(each.id, [])) for each in (shown, *others.order_by("-changed_at")[:SHOWN_PADS])],
        "field_path": field_names.label(shown.target_field) if shown.target_field else "",
        "language_name": language_name(shown.language),
        "may_create": allowed("pad.create", role=access.role, status=status),
        "may_write": allowed("pad.write", role=access.role, status=status),
        "may_manage": allowed("pad.manage", role=access.role, status=status),
        "may_propose": allowed("proposal.stage", role=access.role, status=status),
        "promotions": versions_of(project.id, [shown.id]),
        "live": live,
        "pad_data": _data(request, shown),
    }


def _data(request: PageRequest, shown: Pad) -> dict[str, Any]:
    """What the script knows of the pad from the start."""
    return {
        "id": str(shown.id),
        "name": shown.name,
        "language": shown.language,
        "is_closed": shown.is_closed,
        "me": request.user.person(),
    }


def pad_of(access: Access, pad_id: UUID) -> Pad:
    """A pad of the project. Raises `NotFound`."""
    found = load_pad(pad_id)
    if found.project_id != access.project.id:
        raise NotFound(_("Pad not found."))
    return found


def _form(
    request: PageRequest,
    access: Access,
    shown: Pad,
    values: Mapping[str, str],
    errors: Mapping[str, Any] | None = None,
) -> HttpResponse:
    context = {
        **pad_context(request, access, shown),
        **form_context(access, values, errors),
        "back": reverse("pads:pad", args=[access.project.id, shown.id]),
        "dialog_part": "pads/parts/change_form.html",
        "dialog_title": "change-pad-title",
    }
    return render(request, "pads/pad.html", context, status=400 if errors else 200)
