"""The frame of every page of registers: the project's bars; at the left tables, views, and what is across tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from projects.access import Access
from projects.models import Status
from projects.permissions import allowed
from stages.registers.pages.beginnings import beginnings
from stages.registers.pages.table_state import VIEW, TableState
from stages.registers.permissions import WRITE
from stages.registers.reading import rows
from stages.registers.reading.deletions import has_deletions
from stages.registers.reading.query import parse_query
from stages.registers.reading.reader import Reader
from stages.registers.reading.tables import open_conflicts, tables
from stages.registers.schema import Table
from workspace.decorators import PageRequest
from workspace.project_frame import frame_of
from workspace.releases.views import live_data
from workspace.script_texts import script_texts

# Views whose records are counted: each is a query of its own.
MAX_COUNTED: Final = 12
MATRIX: Final = "matrix"
CONFLICTS: Final = "conflicts"
RELATIONS: Final = "relations"
DELETED: Final = "deleted"


@dataclass(frozen=True, slots=True)
class RailRow:
    """One row of the rail. `count` is None where nothing is counted."""

    label: str
    address: str
    count: int | None = None
    is_current: bool = False
    is_edited: bool = False


@dataclass(frozen=True, slots=True)
class Rail:
    """What can be gone to: tables, the views of the one that is open, and pages across tables, each with its icon."""

    tables: list[RailRow]
    views: list[RailRow]
    views_of: str
    across: list[tuple[RailRow, str]]


def register_context(
    request: PageRequest,
    access: Access,
    *,
    here: str = "",
    reader: Reader | None = None,
    state: TableState | None = None,
) -> dict[str, Any]:
    """What every page of registers shows. `here` is `conflicts`, `matrix` or `deleted` on those."""
    project = access.project
    # Before anything is read: whatever happens meanwhile, the page gets its event.
    live = live_data(request, project.id) | {"texts": script_texts()}
    reader = reader or (state.reader if state is not None else Reader(project.id))
    return {
        "frame": frame_of(access, user=request.user, tab="registers"),
        "project_id": project.id,
        "rail": rail_of(reader, here=here, state=state),
        "presence_address": reverse("registers:rail_across", args=[project.id]),
        "is_table": state is not None,
        "beginnings": beginnings(project.id),
        "rail_address": _rail_address(project.id, here, state),
        "may_write": allowed(WRITE, role=access.role, status=Status(project.status)),
        "live": live,
    }


def rail_of(reader: Reader, *, here: str = "", state: TableState | None = None) -> Rail:
    """The rail beside a page."""
    project_id = reader.project_id
    current = state.table.facet if state is not None else ""
    listed = [
        RailRow(
            each.table.label,
            table_address(project_id, each.table.facet),
            each.count,
            each.table.facet == current and (state is None or state.view is None),
        )
        for each in tables(project_id, reader=reader)
    ]
    views = _views(reader, state) if state is not None else []
    return Rail(listed, views, state.table.label if state is not None else "", _across(reader, here))


def _across(reader: Reader, here: str) -> list[tuple[RailRow, str]]:
    project_id = reader.project_id
    registers = reverse("registers:tables", args=[project_id])
    matrix = RailRow(_("Traceability"), f"{registers}traceability/", None, here == MATRIX)
    conflicts = RailRow(_("Conflicts"), f"{registers}conflicts/", open_conflicts(project_id) or None, here == CONFLICTS)
    relations = RailRow(_("Kinds of links"), f"{registers}relations/", None, here == RELATIONS)
    found = [(matrix, "grid-3x3"), (conflicts, "git-branch"), (relations, "link")]
    if here == DELETED or has_deletions(reader):
        found.append((RailRow(_("Deleted"), f"{registers}deleted/", None, here == DELETED), "trash-2"))
    return found


def _rail_address(project_id: UUID, here: str, state: TableState | None) -> str:
    """Where the rail of this page is asked for again, without the rest."""
    if state is not None:
        return state.at("registers:rail")
    return f"{reverse('registers:rail_across', args=[project_id])}?{urlencode({'here': here})}"


def table_address(project_id: UUID, facet: str) -> str:
    return reverse("registers:table", args=[project_id, facet])


def records_address(project_id: UUID) -> str:
    """What the addresses of records begin with."""
    return f"{reverse('registers:tables', args=[project_id])}records/"


def _views(reader: Reader, state: TableState) -> list[RailRow]:
    found = []
    for at, view in enumerate(reader.schema.views_of(state.table.facet)):
        is_current = state.view == view
        count = state.count if is_current else _count_of(reader, state.table, view.query) if at < MAX_COUNTED else None
        address = f"{table_address(reader.project_id, state.table.facet)}?{urlencode({VIEW: view.name})}"
        found.append(RailRow(view.name, address, count, is_current, is_current and state.is_edited))
    return found


def _count_of(reader: Reader, table: Table, written: str) -> int:
    query = parse_query(reader.schema, table.facet, QueryDict(written), lenient=True)
    return rows.count(reader.project_id, query, reader=reader)
