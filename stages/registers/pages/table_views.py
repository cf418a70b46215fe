"""The page of a table, and what its script asks for: blocks of rows, who set a cell, records to name."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import User
from kernel.errors import NotFound
from projects.access import Access, get_project
from projects.models import Status
from stages.registers.pages.cell_facts import cell_facts, is_id
from stages.registers.pages.frame import records_address, register_context, table_address
from stages.registers.pages.gone import Gone, table_gone
from stages.registers.pages.grid_html import rows_html
from stages.registers.pages.grid_rows import row_views
from stages.registers.pages.naming import MAX_CHOICES, records_like
from stages.registers.pages.table_state import VIEW, TableState, read_state
from stages.registers.pages.tools import kept_of, tools_of
from stages.registers.permissions import READ
from stages.registers.reading import rows
from stages.registers.reading.reader import Reader
from workspace.decorators import PageRequest, page
from workspace.query_numbers import query_number

BLOCK: Final = 100


@page("GET", "HEAD")
def tables(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the first table, or what a table is where there is none."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    context = register_context(request, access)
    if context["rail"].tables:
        return redirect(context["rail"].tables[0].address)
    return render(request, "registers/no_tables.html", context)


@page("GET", "HEAD")
def table(request: PageRequest, project_id: UUID, facet: str) -> HttpResponse:
    """GET `?sort=&filter=&q=&columns=&view=`: a table as a grid, with its first block of rows."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    try:
        return render(request, "registers/table.html", table_context(request, access, facet))
    except NotFound as refusal:
        gone = {"gone": _gone_or(refusal, project_id, facet, request.user)}
        context = {**register_context(request, access), **gone}
        return render(request, "registers/table_gone.html", context, status=HTTPStatus.NOT_FOUND)


@page("GET", "HEAD")
def block(request: PageRequest, project_id: UUID, facet: str) -> HttpResponse:
    """GET `?offset=&limit=`, or `?record=` for up to 100: rows as HTML; `X-Count` says how many there are in all."""
    get_project(user=request.user, project_id=project_id, action=READ)
    state = read_state(project_id, facet, request.GET)
    wanted = [each for each in request.GET.getlist("record")[:BLOCK] if is_id(each)]
    offset = query_number(request.GET, "offset") or 0
    limit = query_number(request.GET, "limit")
    if "record" in request.GET:
        found = rows.rows_of(state.reader, facet, wanted)
    else:
        found = rows.read_rows(
            project_id, state.query, offset, min(BLOCK if limit is None else limit, BLOCK), reader=state.reader
        )
    response = HttpResponse(rows_html(row_views(found, state.columns, offset), records_address(project_id)))
    if "record" not in request.GET:
        response["X-Count"] = str(state.count)
    # A page that has other columns than these rows would show values under wrong heads.
    response["X-Columns"] = json.dumps([each.field for each in state.columns])
    response["Cache-Control"] = "no-store"
    return response


@page("GET", "HEAD")
def rail(request: PageRequest, project_id: UUID, facet: str) -> HttpResponse:
    """GET: the bars and the rail of the page, without rows, for a page that follows what happens.

    Of a table that was deleted, who did it.
    """
    access = get_project(user=request.user, project_id=project_id, action=READ)
    try:
        state = read_state(project_id, facet, request.GET)
    except NotFound as refusal:
        gone = {"gone": _gone_or(refusal, project_id, facet, request.user), "rail_address": request.get_full_path()}
        return render(request, "registers/rail_page.html", {**register_context(request, access), **gone})
    return render(
        request, "registers/rail_page.html", {**register_context(request, access, state=state), "state": state}
    )


@page("GET", "HEAD")
def rail_across(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?here=`: as `rail`, for a page that is about no table."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    context = register_context(request, access, here=request.GET.get("here", ""))
    return render(request, "registers/rail_page.html", context)


@page("GET", "HEAD")
def cell(request: PageRequest, project_id: UUID, facet: str) -> HttpResponse:
    """GET `?record=&field=`: who set a cell, where, when, and what it replaced."""
    get_project(user=request.user, project_id=project_id, action=READ)
    state = read_state(project_id, facet, request.GET)
    facts = cell_facts(state, request.GET.get("record", ""), request.GET.get("field", ""), reader=request.user)
    return render(request, "registers/parts/cell.html", {"facts": facts})


@page("GET", "HEAD")
def choices(request: PageRequest, project_id: UUID, facet: str) -> HttpResponse:
    """GET `?field=&q=`: records that a cell of a column can name, the most fitting first."""
    get_project(user=request.user, project_id=project_id, action=READ)
    reader = Reader(project_id)
    column = reader.schema.column(facet, request.GET.get("field", ""))
    target = column.target if column is not None else ""
    found = records_like(reader, target, request.GET.get("q", ""), MAX_CHOICES)
    return JsonResponse({"choices": [{"value": each.record, "label": each.label, "note": each.text} for each in found]})


def table_context(request: PageRequest, access: Access, facet: str) -> dict[str, Any]:
    """What the page of a table shows."""
    state = read_state(access.project.id, facet, request.GET)
    context = register_context(request, access, state=state)
    return {**context, **grid_context(access, state, may_write=context["may_write"])}


def grid_context(access: Access, state: TableState, *, may_write: bool) -> dict[str, Any]:
    """What the sheet with a grid shows, on whatever page."""
    project_id = access.project.id
    first = rows.read_rows(project_id, state.query, 0, BLOCK, reader=state.reader)
    return {
        "state": state,
        "says_offline": True,
        "table": state.table,
        "sheet_state": sheet_state(access, may_write=may_write),
        "rows": rows_html(row_views(first, state.columns), records_address(project_id)),
        "tools": tools_of(state),
        **_addresses(state),
        "grid_data": grid_data(state, may_write=may_write),
    }


def _gone_or(refusal: NotFound, project_id: UUID, facet: str, user: User) -> Gone:
    """Who deleted a table. Raises the refusal for one that never was."""
    if (gone := table_gone(Reader(project_id), facet, user)) is None:
        raise refusal
    return gone


def sheet_state(access: Access, *, may_write: bool) -> str:
    """What the border of the sheet says: `in_review`, `frozen`, `archived`, `reading`, or `free`."""
    status = Status(access.project.status)
    if status in (Status.IN_REVIEW, Status.FROZEN, Status.ARCHIVED):
        return status.value
    return "free" if may_write else "reading"


def _addresses(state: TableState) -> dict[str, str]:
    """The addresses of the page's forms and links."""
    plain = state.plain_address
    of_table = {
        name: reverse(f"registers:{name}", args=[state.project_id, state.table.facet])
        for name in ("filter", "columns", "save_view", "remove_view")
    }
    return {
        "back": state.at(),
        # What dialogs over the table keep of its address.
        "address_query": state.at().removeprefix(plain),
        "plain_address": plain,
        "search_action": plain,
        "export_address": state.at("registers:export"),
        "reset_address": f"{plain}?{urlencode({VIEW: state.view.name})}" if state.view is not None else plain,
        # With bounds, the page itself takes a further filter and a choice of columns.
        "filter_action": of_table["filter"] if state.bounds is None else plain,
        "columns_action": of_table["columns"] if state.bounds is None else plain,
        "view_action": of_table["save_view"],
        "remove_view_action": of_table["remove_view"],
    }


def grid_data(state: TableState, *, may_write: bool) -> dict[str, Any]:
    """What the script of the grid knows from the start."""
    project_id, facet = state.project_id, state.table.facet

    def of_table(name: str) -> str:
        return reverse(f"registers:{name}", args=[project_id, facet])

    addresses = {
        "rows": state.at("registers:rows"),
        **{name: of_table(name) for name in ("cell", "choices", "paste", "create", "delete")},
        "page": state.plain_address,
        "table": table_address(project_id, facet),
        "undo": reverse("registers:undo", args=[project_id]),
        "redo": reverse("registers:redo", args=[project_id]),
        "record": f"{records_address(project_id)}RECORD/",
    }
    return {
        "facet": facet,
        "place": state.table.entity,
        "project": str(project_id),
        "columns": [column.data() for column in state.columns],
        "count": state.count,
        "mayWrite": may_write,
        "kept": kept_of(state),
        "addresses": addresses,
    }
