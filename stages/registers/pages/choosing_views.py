"""Forms that lead to another address of a table, and views that are saved: filters, columns, names of views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from accounts.callers import caller_from_request
from kernel.errors import ValidationFailed
from projects.access import get_project
from stages.registers.pages.frame import table_address
from stages.registers.pages.table_state import VIEW, TableState, read_state
from stages.registers.pages.table_views import table_context
from stages.registers.permissions import READ, WRITE
from stages.registers.reading.query import Filter, parse_filter
from stages.registers.services import tables as services
from workspace.decorators import PageRequest, page


@page("GET", "HEAD")
def add_filter(request: PageRequest, project_id: UUID, facet: str) -> HttpResponse:
    """GET `?of=&op=&value=`, with the rest of the address: the table with one more filter."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    state = read_state(project_id, facet, request.GET)
    wanted = wanted_filter(request.GET)
    try:
        return redirect(filtered(state, wanted).at())
    except ValidationFailed as refusal:
        context = {**table_context(request, access, facet), **refused_filter(wanted, refusal)}
        return render(request, "registers/table.html", context, status=400)


@page("GET", "HEAD")
def choose_columns(request: PageRequest, project_id: UUID, facet: str) -> HttpResponse:
    """GET `?column=` for each: the table with these columns, those that are shown already in their order."""
    get_project(user=request.user, project_id=project_id, action=READ)
    state = read_state(project_id, facet, request.GET)
    return redirect(with_chosen(state, request.GET.getlist("column")).at())


def wanted_filter(parameters: QueryDict) -> Filter:
    """The filter that a form asks for by `of`, `op`, `value`; it may be none that the table has."""
    values = tuple(value for value in parameters.getlist("value") if value.strip())
    return Filter(parameters.get("of", ""), parameters.get("op", ""), values)


def filtered(state: TableState, wanted: Filter) -> TableState:
    """The table with one more filter. Raises `ValidationFailed` naming `filter`."""
    found = parse_filter(state.reader.schema, state.table, str(wanted))
    return state.with_query(replace(state.query, filters=(*state.query.filters, found)))


def refused_filter(wanted: Filter, refusal: ValidationFailed) -> dict[str, Any]:
    """What the page shows of a filter that was refused."""
    return {"filter_problem": " ".join(refusal.errors.get("filter", [refusal.detail])), "wanted": wanted}


def with_chosen(state: TableState, columns: Sequence[str]) -> TableState:
    """The table with these columns, those that are shown already in their order."""
    wanted = set(columns)
    ordered = dict.fromkeys([each.field for each in (*state.columns, *state.all_columns)])
    chosen = [field for field in ordered if field in wanted]
    is_usual = [each.field for each in state.with_columns(()).columns] == chosen
    return state.with_columns(() if is_usual else chosen)


@page("POST")
def save_view(request: PageRequest, project_id: UUID, facet: str) -> HttpResponse:
    """POST `name, query`: keep filters, order and columns under a name, or change what is kept under it."""
    get_project(user=request.user, project_id=project_id, action=WRITE)
    name = request.POST.get("name", "").strip()
    services.save_view(
        caller=caller_from_request(request),
        project_id=project_id,
        table=facet,
        name=name,
        query=request.POST.get("query", ""),
    )
    return _to_view(project_id, facet, name)


@page("POST")
def remove_view(request: PageRequest, project_id: UUID, facet: str) -> HttpResponse:
    """POST `name`: the view is there no more; its records are."""
    get_project(user=request.user, project_id=project_id, action=WRITE)
    services.remove_view(
        caller=caller_from_request(request),
        project_id=project_id,
        table=facet,
        name=request.POST.get("name", "").strip(),
    )
    return redirect(table_address(project_id, facet))


def _to_view(project_id: UUID, facet: str, name: str) -> HttpResponse:
    query = QueryDict(mutable=True)
    query[VIEW] = name
    return redirect(f"{table_address(project_id, facet)}?{query.urlencode()}")
