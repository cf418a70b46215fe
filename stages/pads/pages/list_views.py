"""The pads of a project, and making one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.callers import caller_from_request
from kernel.errors import ValidationFailed
from projects import field_names
from projects.access import Access, get_project
from projects.models import Status
from projects.permissions import allowed
from stages.pads import services
from stages.pads.choices import Start
from stages.pads.models import MAX_NAME, Pad
from stages.pads.pages.rows import groups_of, rows_of
from workspace.decorators import PageRequest, page
from workspace.languages import language_names
from workspace.project_frame import frame_of
from workspace.query_numbers import query_number
from workspace.releases.views import live_data
from workspace.templatetags.foundry import reader_zone

PAGE_PADS: Final = 60
MAX_PADS: Final = 600
# The language of the field that it is for, or Markdown.
AS_ITS_FIELD: Final = "auto"


@page("GET", "HEAD")
def pad_list(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?rows=`: the pads, those with people first."""
    access = get_project(user=request.user, project_id=project_id)
    return render(request, "pads/list.html", list_context(request, access))


@page("GET", "HEAD", "POST")
def new_pad(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?field=`: the form over the list. POST `name, language, target_field, start`: make a pad, and go there."""
    access = get_project(user=request.user, project_id=project_id, action="pad.create")
    if request.method != "POST":
        return _form(request, access, values=_first_values(request))
    values = {name: request.POST.get(name, "") for name in ("name", "language", "target_field", "start")}
    try:
        made = services.create_pad(
            caller=caller_from_request(request),
            project_id=project_id,
            name=values["name"],
            language=None if values["language"] == AS_ITS_FIELD else values["language"],
            target_field=values["target_field"],
            start=Start.FIELD if values["start"] == Start.FIELD else Start.EMPTY,
        )
    except ValidationFailed as refusal:
        return _form(request, access, values=values, errors=refusal.errors)
    return redirect("pads:pad", project_id, made.id)


def list_context(request: PageRequest, access: Access) -> dict[str, Any]:
    """What the list shows."""
    project = access.project
    # Before the rows are read: whatever happens meanwhile, the page gets its event.
    live = live_data(request, project.id)
    count = min(max(query_number(request.GET, "rows") or PAGE_PADS, PAGE_PADS), MAX_PADS)
    pads = list(Pad.objects.filter(project=project).order_by("-changed_at", "-id")[: count + 1])
    return {
        "frame": frame_of(access, user=request.user, tab="pads"),
        "project_id": project.id,
        "groups": list(groups_of(rows_of(project.id, pads[:count], zone=reader_zone(request)))),
        "more": f"?rows={count + PAGE_PADS}" if len(pads) > count and count < MAX_PADS else "",
        "may_create": allowed("pad.create", role=access.role, status=Status(project.status)),
        "live": live,
    }


def form_context(access: Access, values: Mapping[str, str], errors: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the forms of a pad choose from: the fields of the current version, and the languages."""
    draft = access.project.current_draft
    names = set(draft.fields) if draft is not None else set()
    if values.get("target_field"):
        names.add(values["target_field"])
    return {
        "values": values,
        "errors": errors or {},
        "fields": [(name, field_names.label(name)) for name in field_names.in_order(names)],
        "languages": sorted(language_names().items(), key=lambda each: (each[0] != "markdown", not each[0], each[1])),
        "max_name": MAX_NAME,
    }


def _first_values(request: PageRequest) -> dict[str, str]:
    return {
        "name": "",
        "language": AS_ITS_FIELD,
        "target_field": request.GET.get("field", ""),
        "start": Start.EMPTY,
    }


def _form(
    request: PageRequest, access: Access, *, values: Mapping[str, str], errors: Mapping[str, Any] | None = None
) -> HttpResponse:
    context = {
        **list_context(request, access),
        **form_context(access, values, errors),
        "back": reverse("pads:list", args=[access.project.id]),
        "dialog_part": "pads/parts/new_form.html",
        "dialog_title": "new-pad-title",
    }
    return render(request, "pads/list.html", context, status=400 if errors else 200)
