"""What a declared view shows of its table: columns, filters and order, as bounds of the table's page."""

from __future__ import annotations

from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from stages.automation.reading.views import ProjectView
from stages.registers.pages.table_state import Bounds, TableState, read_state
from stages.registers.reading.query import parse_query
from stages.registers.reading.reader import Reader


def view_address(project_id: UUID, view: ProjectView) -> str:
    return reverse("automation:view", args=[project_id, view.module.name, view.name])


def bounds_of(reader: Reader, view: ProjectView) -> Bounds:
    """What the view names. A filter that no longer fits its column is left out."""
    query = parse_query(reader.schema, view.shape.table, QueryDict(view.shape.query), lenient=True)
    address = view_address(reader.project_id, view)
    return Bounds(address, view.shape.columns, query.filters, query.sort)


def state_of(reader: Reader, view: ProjectView, parameters: QueryDict) -> TableState:
    """The table of a view, with what its reader asks for besides."""
    bounds = bounds_of(reader, view)
    return read_state(reader.project_id, view.shape.table, parameters, reader=reader, bounds=bounds)
