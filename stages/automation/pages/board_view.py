"""A view as a board: cards in the groups of a column, moved by pointer, keys or a menu."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from kernel.errors import ValidationFailed
from projects.access import Access
from stages.automation.pages.view_frame import PART, RAIL, rail_address, view_context, write_addresses
from stages.automation.pages.view_state import state_of
from stages.automation.reading.boards import FIRST, STEP, Group, read_groups
from stages.automation.reading.views import ProjectView
from stages.registers.pages.choosing_views import filtered, refused_filter, wanted_filter
from stages.registers.pages.columns import GridColumn
from stages.registers.pages.grid_rows import CellView, RowView, row_views
from stages.registers.pages.table_state import TableState
from stages.registers.pages.table_views import sheet_state
from stages.registers.pages.tools import tools_of
from stages.registers.reading.naming import text_column
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column
from workspace.decorators import PageRequest

BOARD: Final = "board"
SHOWN: Final = "shown"
_MAX_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Card:
    """A record as a card. `group` is the cell that groups it, `title` says what it is, `cells` are the others."""

    row: RowView
    group: CellView
    title: CellView | None
    cells: Sequence[CellView]

    @property
    def label(self) -> str:
        """What it is called by itself: its key and its text, or the beginning of its id."""
        words = [self.row.key, self.title.text if self.title is not None else ""]
        return " ".join(filter(None, words)) or self.row.record[:8]


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group with its cards; `number` tells its parts apart in the page."""

    group: Group
    cards: Sequence[Card]
    number: int
    wanted: int


def page(request: PageRequest, access: Access, reader: Reader, view: ProjectView) -> HttpResponse:
    """GET `?q=&filter=&shown=GROUP~N`: the board. `part=board`: its groups alone."""
    state = state_of(reader, view, request.GET)
    context = {**view_context(request, access, reader, view), "state": state, "table": state.table}
    context |= {"rail_address": rail_address(state), "place": state.table.entity}
    if request.GET.get(PART) == RAIL:
        return render(request, "automation/views/rail_page.html", context)
    refused = {}
    if "of" in request.GET:
        wanted = wanted_filter(request.GET)
        try:
            return redirect(filtered(state, wanted).at())
        except ValidationFailed as refusal:
            refused = refused_filter(wanted, refusal)
    context |= _board(state, view, request.GET)
    if request.GET.get(PART) == BOARD:
        response = render(request, "automation/views/board_part.html", context)
        response["Cache-Control"] = "no-store"
        return response
    context |= _page(access, state, view, may_write=context["may_write"])
    return render(request, "automation/views/board.html", {**context, **refused}, status=400 if refused else 200)


def _board(state: TableState, view: ProjectView, parameters: QueryDict) -> dict[str, Any]:
    column = _column(state, view)
    wanted = dict(_wanted(parameters))
    groups = read_groups(state.reader, state.query, column, wanted)
    columns = {each.field: each for each in _columns(state, view)}
    shown = [
        ShownGroup(each, _cards(state, view, each, columns), at, max(wanted.get(each.value, 0), FIRST))
        for at, each in enumerate(groups)
    ]
    return {"groups": shown, "step": STEP, "group_column": column}


def _page(access: Access, state: TableState, view: ProjectView, *, may_write: bool) -> dict[str, Any]:
    """What is there once."""
    project_id = state.project_id
    title = text_column(state.table)
    return {
        "says_offline": True,
        "sheet_state": sheet_state(access, may_write=may_write),
        "tools": tools_of(state),
        "back": state.at(),
        "plain_address": state.plain_address,
        "search_action": state.plain_address,
        "filter_action": state.plain_address,
        "reset_address": state.plain_address,
        "board_data": {
            "project": str(project_id),
            "facet": state.table.facet,
            "field": view.shape.group_by,
            "title": title.name if title is not None and not title.crdt else "",
            "mayWrite": may_write,
            "addresses": write_addresses(state),
        },
    }


def _wanted(parameters: QueryDict) -> Iterator[tuple[str, int]]:
    """How many records of a group are asked for, as `?shown=Draft~80`."""
    for written in parameters.getlist(SHOWN):
        value, _sign, number = written.rpartition("~")
        if number.isdecimal() and len(number) <= _MAX_DIGITS:
            yield value, int(number)


def _column(state: TableState, view: ProjectView) -> Column:
    found = state.table.column(view.shape.group_by)
    assert found is not None  # A view that lacks its column is not shown.
    return found


def _columns(state: TableState, view: ProjectView) -> Iterator[GridColumn]:
    """The columns of the cards, and that of the groups."""
    yield from state.columns
    if all(each.field != view.shape.group_by for each in state.columns):
        whole = TableState(state.project_id, state.reader, state.table, state.query)
        yield from (each for each in whole.all_columns if each.field == view.shape.group_by)


def _cards(state: TableState, view: ProjectView, group: Group, columns: Mapping[str, GridColumn]) -> list[Card]:
    named = text_column(state.table)
    found = []
    for row in row_views(group.rows, list(columns.values())):
        cells = {cell.column.field: cell for cell in row.cells}
        grouping = cells.pop(view.shape.group_by)
        title = cells.pop(named.name, None) if named is not None else None
        others = [each for each in cells.values() if not each.column.is_key and each.kind not in ("empty", "no")]
        found.append(Card(row, grouping, title, others))
    return found
