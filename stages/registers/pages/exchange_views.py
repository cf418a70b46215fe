"""A table as a file: brought in with a look at what it would do first, and taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, ngettext

from accounts.callers import caller_from_request
from kernel.errors import Conflict, DomainError, ValidationFailed
from projects.access import Access, get_project
from stages.registers.exchange.plan import Part
from stages.registers.pages.frame import table_address
from stages.registers.pages.import_form import (
    ImportForm,
    fields_of,
    headings_of,
    look_at,
    read_form,
    rest_of,
    shown_plan,
)
from stages.registers.pages.table_file import table_file
from stages.registers.pages.table_state import read_state
from stages.registers.pages.table_views import table_context
from stages.registers.permissions import READ, WRITE
from stages.registers.reading.reader import Reader
from stages.registers.services.records import import_rows
from stages.registers.verbs.finding import table_of
from workspace.decorators import PageRequest, page


@page("GET", "HEAD", "POST")
def import_file(request: PageRequest, project_id: UUID, facet: str) -> HttpResponse:
    """GET: the form. POST `file` or `text`, with `as-N` for the heading N: what it would do.

    With `write`, its parts are written one after the other, each in a bundle: all of them, or the one that `only`
    names, for a script that shows how far it is.
    """
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    if request.method != "POST":
        return _form(request, access, facet, {})
    form = ImportForm(text=request.POST.get("text", ""))
    try:
        form = read_form(request)
        if "write" in request.POST and form.parts:
            return _write(request, access, facet, form)
        return _look(request, access, facet, form)
    except DomainError as refusal:
        return _form(request, access, facet, {"text": form.text, "problem": _words(refusal)}, status=refusal.status)


def _look(request: PageRequest, access: Access, facet: str, form: ImportForm) -> HttpResponse:
    """What a file would do, or which of its headings somebody has to decide about."""
    reader = Reader(access.project.id)
    table = table_of(reader.schema, facet)
    form = replace(form, text=rest_of(form, reader.schema, table, form.after))
    headings = headings_of(form, form.sheet(), reader.schema, table)
    asked = {"text": form.text, "headings": headings, "fields": fields_of(reader.schema, table)}
    if any(each.is_unknown for each in headings):
        return _form(request, access, facet, {**asked, "is_unknown": True})
    plan = look_at(reader, facet, form)
    shown = {} if plan.problem_count else shown_plan(plan)
    return _form(request, access, facet, {**asked, **shown, "plan": plan})


def _write(request: PageRequest, access: Access, facet: str, form: ImportForm) -> HttpResponse:
    """Write the parts of a file, or only one of them."""
    wanted = form.parts if form.only is None else form.parts[form.only : form.only + 1]
    done = form.only or 0
    try:
        for part in wanted:
            _write_part(request, access, facet, form, part)
            done += 1
    except DomainError as refusal:
        if form.only is not None:
            return JsonResponse({"detail": _words(refusal)}, status=refusal.status)
        reader = Reader(access.project.id)
        text = rest_of(form, reader.schema, table_of(reader.schema, facet), done)
        return _form(request, access, facet, {"text": text, "problem": _words(refusal)}, status=refusal.status)
    if done == len(form.parts):
        messages.success(request, _done(request))
    if form.only is not None:
        return JsonResponse({"done": done})
    return redirect(table_address(access.project.id, facet))


def _write_part(request: PageRequest, access: Access, facet: str, form: ImportForm, part: Part) -> None:
    caller = replace(caller_from_request(request), client_ref=form.ref_of(part))
    columns = form.columns(form.sheet())
    done = import_rows(
        caller=caller, project_id=access.project.id, table=facet, text=form.text, columns=columns, part=part
    )
    if done.answer is not None and done.answer.problem_count:
        problem = done.answer.problems[0]
        words = gettext("Row %(row)s, %(column)s: %(message)s") % {
            "row": problem.row,
            "column": problem.title,
            "message": problem.message,
        }
        raise Conflict(words)


def _done(request: PageRequest) -> str:
    """What was imported, by the numbers of the look."""
    created, changed = (int(each) if each.isdecimal() and len(each) < 9 else 0 for each in _counts(request))
    words = ngettext("Imported: %(new)s new record", "Imported: %(new)s new records", created) % {"new": f"{created:,}"}
    return words + gettext(", %(changed)s changed.") % {"changed": f"{changed:,}"}


def _counts(request: PageRequest) -> tuple[str, str]:
    return request.POST.get("created", ""), request.POST.get("changed", "")


def _words(refusal: DomainError) -> str:
    if isinstance(refusal, ValidationFailed):
        return " ".join(message for messages in refusal.errors.values() for message in messages)
    return refusal.detail


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
        "dialog_class": "reg-import-dialog",
    }
    return render(request, "registers/table.html", {**context, **form}, status=status)
