"""A table as a file: brought in with a look at what it would do first, and taken out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from accounts.callers import caller_from_request
from kernel.errors import DomainError, ValidationFailed
from projects.access import Access, get_project
from stages.registers.exchange.parsing import decode
from stages.registers.pages.frame import table_address
from stages.registers.pages.import_plan import look_at
from stages.registers.pages.table_file import table_file
from stages.registers.pages.table_state import read_state
from stages.registers.pages.table_views import table_context
from stages.registers.permissions import READ, WRITE
from stages.registers.reading.reader import Reader
from stages.registers.services.records import import_rows
from workspace.decorators import PageRequest, page


@page("GET", "HEAD", "POST")
def import_file(request: PageRequest, project_id: UUID, facet: str) -> HttpResponse:
    """GET: the form. POST `file` or `text`: what it would do; with `write` do it, all of it or nothing."""
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    if request.method != "POST":
        return _form(request, access, facet, {})
    text = request.POST.get("text", "")
    try:
        if (file := request.FILES.get("file")) is not None:
            text = decode(file.read())
        plan = look_at(Reader(project_id), facet, text)
        if "write" in request.POST and not plan.problem_count:
            caller = caller_from_request(request)
            import_rows(caller=caller, project_id=project_id, table=facet, text=text)
            return redirect(table_address(project_id, facet))
    except ValidationFailed as refusal:
        problem = " ".join(message for messages in refusal.errors.values() for message in messages)
        return _form(request, access, facet, {"text": text, "problem": problem}, status=400)
    except DomainError as refusal:
        return _form(request, access, facet, {"text": text, "problem": refusal.detail}, status=refusal.status)
    return _form(request, access, facet, {"text": text, "plan": plan, "records": plan.created + plan.changed})


@page("GET", "HEAD")
def export_file(request: PageRequest, project_id: UUID, facet: str) -> HttpResponse:
    """GET with the address of a table: its rows and columns as they are shown, as CSV."""
    get_project(user=request.user, project_id=project_id, action=READ)
    state = read_state(project_id, facet, request.GET)
    response = HttpResponse(b"".join(table_file(state)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{state.table.label}.csv") or "attachment"
    return response


def _form(
    request: PageRequest, access: Access, facet: str, values: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    context = table_context(request, access, facet)
    form = {
        **values,
        "column_names": [each.label for each in context["table"].columns],
        "dialog_part": "registers/dialogs/import.html",
        "dialog_title": "import-title",
    }
    return render(request, "registers/table.html", {**context, **form}, status=status)
