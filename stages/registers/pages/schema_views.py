"""Dialogs over a table: a new table, a new column, changes of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import Conflict, DomainError, NotFound, ValidationFailed
from projects.access import Access, get_project
from stages.registers.pages import schema_forms
from stages.registers.pages.exchange_views import import_file
from stages.registers.pages.frame import register_context, table_address
from stages.registers.pages.import_form import read_form
from stages.registers.pages.misfits import misfits_after
from stages.registers.pages.table_of_file import columns_of, prefix_of
from stages.registers.pages.table_state import read_state
from stages.registers.pages.table_views import table_context
from stages.registers.permissions import WRITE
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column
from stages.registers.schema.spelling import column_body
from stages.registers.services import tables as services
from workspace.decorators import PageRequest, page

Errors = Mapping[str, list[str]]


@page("GET", "HEAD", "POST")
def new_table(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the form. POST `title, key_prefix, column, type, options, target, traced`: make a table, and go there.

    With `more` the form comes again with further rows for columns.
    """
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    if request.method != "POST" or "more" in request.POST:
        return _table_form(request, access, {})
    try:
        title = schema_forms.title_of(request.POST)
        facet = schema_forms.name_from(title, Reader(project_id).schema.tables, "table")
        services.create_table(
            caller=caller_from_request(request),
            project_id=project_id,
            table=facet,
            title=title,
            key_prefix=request.POST.get("key_prefix", "").strip().upper(),
            columns=[column_body(each) for each in schema_forms.first_columns(request.POST)],
        )
    except ValidationFailed as refusal:
        return _table_form(request, access, refusal.errors)
    except Conflict as refusal:
        return _table_form(request, access, {"title": [refusal.detail]})
    return redirect(table_address(project_id, facet))


@page("GET", "HEAD", "POST")
def table_of_file(request: PageRequest, project_id: UUID) -> HttpResponseBase:
    """GET: the form. POST `title`, `file` or `text`: make a table of it, and show what an import would do."""
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    errors: Errors = {}
    if request.method == "POST":
        try:
            form = read_form(request)
            title, sheet = schema_forms.title_of(request.POST), form.sheet()
            facet = schema_forms.name_from(title, Reader(project_id).schema.tables, "table")
            services.create_table(
                caller=caller_from_request(request),
                project_id=project_id,
                table=facet,
                title=title,
                key_prefix=prefix_of(sheet),
                columns=[column_body(each) for each in columns_of(sheet)],
            )
            if file := request.FILES.get("file"):
                # It was read for its headings, and is read once more.
                file.seek(0)
            return import_file(request, project_id, facet)
        except ValidationFailed as refusal:
            errors = refusal.errors
        except DomainError as refusal:
            errors = {"file": [str(refusal.detail)]}
    context = {
        **register_context(request, access),
        "errors": errors,
        "title": request.POST.get("title", ""),
        "text": request.POST.get("text", ""),
        "back": reverse("registers:tables", args=[project_id]),
        "dialog_part": "registers/dialogs/table_of_file.html",
        "dialog_title": "table-of-file-title",
    }
    return render(request, "registers/no_tables.html", context, status=400 if errors else 200)


@page("GET", "HEAD", "POST")
def change_table(request: PageRequest, project_id: UUID, facet: str) -> HttpResponse:
    """GET: the form. POST `title, key_prefix`: change the name of a table, and what its keys begin with."""
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    table = read_state(project_id, facet, request.GET).table
    if request.method != "POST":
        return _change_table_form(request, access, facet, {"title": table.label, "key_prefix": table.key_prefix})
    values = {"title": request.POST.get("title", ""), "key_prefix": request.POST.get("key_prefix", "").strip().upper()}
    try:
        schema_forms.title_of(request.POST)
        changes = {name: value for name, value in values.items() if value != getattr(table, name)}
        services.change_table(caller=caller_from_request(request), project_id=project_id, table=facet, **changes)
    except ValidationFailed as refusal:
        return _change_table_form(request, access, facet, values, refusal.errors)
    return redirect(read_state(project_id, facet, request.GET).at())


@page("GET", "HEAD", "POST")
def new_column(request: PageRequest, project_id: UUID, facet: str) -> HttpResponse:
    """GET: the form. POST `title, type, …`: a further column."""
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    if request.method != "POST":
        return _column_form(request, access, facet, None, {"type": "text"})
    table = Reader(project_id).table(facet)
    try:
        column = schema_forms.new_column(request.POST, [each.name for each in table.columns])
        caller = caller_from_request(request)
        services.add_column(caller=caller, project_id=project_id, table=facet, column=column_body(column))
    except ValidationFailed as refusal:
        values = schema_forms.typed_values(request.POST, None)
        return _column_form(request, access, facet, None, values, errors=refusal.errors)
    return redirect(read_state(project_id, facet, request.GET).at())


@page("GET", "HEAD", "POST")
def change_column(request: PageRequest, project_id: UUID, facet: str, name: str) -> HttpResponse:
    """GET: the form. POST `title, type, …`: change a column; `anyway` after what will not fit was asked about."""
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    column = Reader(project_id).schema.column(facet, name)
    if column is None:
        raise NotFound(_("There is no column “%(column)s”.") % {"column": name[:100]})
    if request.method != "POST":
        return _column_form(request, access, facet, column, schema_forms.values_of(column))
    caller = caller_from_request(request)
    try:
        if changes := schema_forms.changed_column(request.POST, column):
            words = "" if "anyway" in request.POST else misfits_after(project_id, facet, column, changes)
            if words:
                asked = {**schema_forms.typed_values(request.POST, column), "anyway": True}
                return _column_form(request, access, facet, column, asked, errors={"type": [words]})
            services.change_column(caller=caller, project_id=project_id, table=facet, column=name, changes=changes)
    except ValidationFailed as refusal:
        values = schema_forms.typed_values(request.POST, column)
        return _column_form(request, access, facet, column, values, errors=refusal.errors)
    return redirect(read_state(project_id, facet, request.GET).at())


def _table_form(request: PageRequest, access: Access, errors: Errors) -> HttpResponse:
    context = register_context(request, access)
    post = request.POST
    more = schema_forms.FIRST_COLUMNS if "more" in post else 0
    rows = schema_forms.first_rows(post, max(schema_forms.FIRST_COLUMNS, len(post.getlist("column")) + more))
    form = {
        "values": {name: post.get(name, "") for name in ("title", "key_prefix")},
        "columns": rows,
        "targets": [(each.facet, each.label) for each in Reader(access.project.id).schema.tables.values()],
        "types": schema_forms.TYPE_CHOICES,
        "errors": errors,
        "back": reverse("registers:tables", args=[access.project.id]),
        "dialog_part": "registers/dialogs/table.html",
        "dialog_title": "new-table-title",
        "dialog_class": "dialog-wide",
        "focus": _first_wrong(errors, "column" if "more" in post else "title"),
    }
    return render(request, "registers/no_tables.html", {**context, **form}, status=400 if errors else 200)


def _change_table_form(
    request: PageRequest, access: Access, facet: str, values: Mapping[str, str], errors: Errors | None = None
) -> HttpResponse:
    form = {
        "values": values,
        "errors": errors or {},
        "dialog_part": "registers/dialogs/change_table.html",
        "dialog_title": "change-table-title",
    }
    context = {**table_context(request, access, facet), **form}
    return render(request, "registers/table.html", context, status=400 if errors else 200)


def _first_wrong(errors: Errors, usual: str) -> str:
    """The box that the cursor is put in: the first that is wrong."""
    if not errors or "title" in errors:
        return usual
    return "key_prefix" if "key_prefix" in errors else "column"


def _column_form(
    request: PageRequest,
    access: Access,
    facet: str,
    column: Column | None,
    values: Mapping[str, Any],
    *,
    errors: Errors | None = None,
) -> HttpResponse:
    context = table_context(request, access, facet)
    form = {
        "column": column,
        "values": values,
        "types": schema_forms.TYPE_CHOICES,
        "targets": [(each.facet, each.label) for each in context["state"].reader.schema.tables.values()],
        "errors": errors or {},
        "dialog_part": "registers/dialogs/column.html",
        "dialog_title": "column-title",
    }
    return render(request, "registers/table.html", {**context, **form}, status=400 if errors else 200)
