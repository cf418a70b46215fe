"""The panel of the workspace with the links to passages, and the acts on them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from accounts.models import User
from kernel.errors import ValidationFailed
from projects.access import Access, get_project
from projects.fields import PROMPT, check_field_name
from projects.models import Status
from projects.permissions import allowed
from stages.automation.pages.passage_rows import panel_of
from stages.automation.permissions import READ
from stages.automation.services import passages as services
from stages.registers.pages.naming import MAX_CHOICES, records_like
from stages.registers.permissions import WRITE
from stages.registers.reading.naming import names_of
from stages.registers.reading.reader import Reader
from workspace.decorators import PageRequest, page
from workspace.htmx_action import done, htmx_action
from workspace.query_numbers import query_number

CHANGED = "passages-changed"


@page("GET", "HEAD", "POST")
def passages(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?field=&order=suspect`: the links to passages. POST `record, relation, field, version, …`: a further one."""
    if request.method == "POST":
        return _link(request, project_id)
    access = get_project(user=request.user, project_id=project_id, action=READ)
    field = check_field_name(request.GET.get("field") or PROMPT)
    context = list_context(access, request.user, field, order=request.GET.get("order", ""))
    return render(request, "automation/passages/list.html", context)


def list_context(access: Access, user: User, field: str, *, order: str = "") -> dict[str, Any]:
    """What the list shows beside a field of the current version."""
    project = access.project
    return {
        "project_id": project.id,
        "chosen_field": field,
        "order": order,
        "links": panel_of(project.id, project.current_draft, user, field=field, order=order),
        "version": project.current_draft.version_number if project.current_draft else 0,
        "may_write": allowed(WRITE, role=access.role, status=Status(project.status)),
    }


@page("GET", "HEAD")
def choices(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?q=`: the records that lines can be linked to, by key or words."""
    get_project(user=request.user, project_id=project_id, action=READ)
    reader = Reader(project_id)
    found = records_like(reader, "", request.GET.get("q", "")[:200], MAX_CHOICES)
    context = {"choices": found, "project_id": project_id, "typed": request.GET.get("q", "")}
    return render(request, "automation/passages/choices.html", context)


@page("POST")
@htmx_action
def confirm(request: PageRequest, project_id: UUID, edge_id: UUID) -> HttpResponse:
    """POST: say that a link still holds."""
    services.confirm_passage(caller=caller_from_request(request), project_id=project_id, edge=str(edge_id))
    return _done(request, project_id, _("Link confirmed."))


@page("POST")
@htmx_action
def unlink(request: PageRequest, project_id: UUID, edge_id: UUID) -> HttpResponse:
    """POST: remove a link."""
    services.unlink_passage(caller=caller_from_request(request), project_id=project_id, edge=str(edge_id))
    return _done(request, project_id, _("Link removed."))


@htmx_action
def _link(request: PageRequest, project_id: UUID) -> HttpResponse:
    linked = services.link_passage(
        caller=caller_from_request(request),
        project_id=project_id,
        record=request.POST.get("record", ""),
        relation=request.POST.get("relation") or None,
        field=request.POST.get("field", ""),
        version=_number(request, "version"),
        from_line=_number(request, "from_line"),
        to_line=_number(request, "to_line"),
        quote=request.POST.get("quote", "").replace("\r\n", "\n"),
    )
    name = names_of(Reader(project_id), [linked.record])[linked.record].label
    return _done(request, project_id, _("Linked to {record}.").format(record=name), edge=linked.edge)


def _done(request: PageRequest, project_id: UUID, words: str, **facts: str) -> HttpResponse:
    back = f"{reverse('workspace:workspace', args=[project_id])}?panel=passages"
    return done(request, event=CHANGED, otherwise=back, facts=facts, toast=words)


def _number(request: PageRequest, name: str) -> int:
    found = query_number(request.POST, name)
    if found is None:
        raise ValidationFailed({name: [_("Must be a whole number.")]})
    return found
