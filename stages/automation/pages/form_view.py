"""A view as a form: one record at a time, its fields always open; made for typing one record after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from projects.access import Access
from stages.automation.pages.view_frame import PART, RAIL, rail_address, view_context, write_addresses
from stages.automation.pages.view_state import state_of
from stages.automation.reading.views import ProjectView
from stages.registers.pages.cell_facts import is_id
from stages.registers.pages.choosing_views import filtered, refused_filter, wanted_filter
from stages.registers.pages.grid_rows import CellView, row_views
from stages.registers.pages.table_state import TableState
from stages.registers.pages.table_views import sheet_state
from stages.registers.pages.tools import tools_of
from stages.registers.reading.naming import Named, names_of
from stages.registers.reading.reader import Reader
from stages.registers.reading.rows import GridRow, record_ids, rows_of
from stages.registers.schema.model import ENUM, TEXT
from workspace.decorators import PageRequest

FORM: Final = "form"
RECORD: Final = "record"
NEAR: Final = "near"
# Records that are listed before the open one, and behind it.
BEFORE: Final = 20
BEHIND: Final = 40


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the form. `kind` is that of its input, `none` for what is not typed here; `text` is what it holds.

    `options` are values with their titles.
    """

    cell: CellView
    kind: str
    text: str
    options: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """The record of the form, at `position` of the query, from 1; 0 for one that the query leaves out."""

    name: Named
    fields: Sequence[FormField]
    position: int
    count: int
    before: str
    after: str
    beside: Sequence[Named]


def page(request: PageRequest, access: Access, reader: Reader, view: ProjectView) -> HttpResponse:
    """GET `?record=&q=&filter=`: the form of a record, of the first one where none is named. `part=form`: it alone.

    `near` names a record that is wanted if the query has it.
    """
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
    context |= {"open_record": _open(state, request.GET.get(RECORD, ""), request.GET.get(NEAR, "")), "back": state.at()}
    context["required"] = _required(view, state.table.facet)
    if request.GET.get(PART) == FORM:
        response = render(request, "automation/views/form_part.html", context)
        response["Cache-Control"] = "no-store"
        return response
    context |= _page(access, state, may_write=context["may_write"])
    return render(request, "automation/views/form.html", {**context, **refused}, status=400 if refused else 200)


def _page(access: Access, state: TableState, *, may_write: bool) -> dict[str, Any]:
    """What is there once."""
    project_id = state.project_id
    choices = reverse("registers:choices", args=[project_id, state.table.facet])
    return {
        "says_offline": True,
        "sheet_state": sheet_state(access, may_write=may_write),
        "tools": tools_of(state),
        "plain_address": state.plain_address,
        "search_action": state.plain_address,
        "filter_action": state.plain_address,
        "reset_address": state.plain_address,
        "form_data": {
            "project": str(project_id),
            "facet": state.table.facet,
            "mayWrite": may_write,
            "addresses": {**write_addresses(state), "choices": choices},
        },
    }


def _open(state: TableState, wanted: str, near: str) -> OpenRecord | None:
    """The record that is wanted, or the first; one that was made just now may be outside the query."""
    ids = record_ids(state.reader, state.query)
    fitting = near if near in ids else ids[0] if ids else ""
    record = wanted if wanted in ids or _is_there(state, wanted) else fitting
    rows = rows_of(state.reader, state.table.facet, [record]) if record else []
    if not rows:
        return None
    at = ids.index(record) if record in ids else -1
    first = max(0, at - BEFORE)
    shown = ids[first : max(at, 0) + BEHIND + 1]
    names = names_of(state.reader, [*shown, record])
    return OpenRecord(
        name=names[record],
        fields=_fields(state, rows[0]),
        position=at + 1,
        count=len(ids),
        before=ids[at - 1] if at > 0 else "",
        after=ids[at + 1] if -1 <= at < len(ids) - 1 else "",
        beside=[names[each] for each in shown],
    )


def _required(view: ProjectView, facet: str) -> set[str]:
    """The columns of which the module says that a record makes no sense without them."""
    spec = view.module.manifest.tables.get(facet)
    return {name for name, shape in spec.columns.items() if shape.required} if spec is not None else set()


def _is_there(state: TableState, record: str) -> bool:
    """Whether a record is in the table, though the query leaves it out."""
    return is_id(record) and bool(rows_of(state.reader, state.table.facet, [record]))


def _fields(state: TableState, row: GridRow) -> list[FormField]:
    (view,) = row_views([row], state.columns)
    return [_field(cell, row) for cell in view.cells]


def _field(cell: CellView, row: GridRow) -> FormField:
    own, editor = cell.column.column, cell.column.editor
    value = row.cells[cell.column.field].value
    if editor == "choice" and own is not None and own.type == ENUM:
        options = [("", ""), *((each.id, each.title) for each in own.options)]
        if isinstance(value, str) and own.option(value) is None:
            options.append((value, cell.text))
        return FormField(cell, "choice", value if isinstance(value, str) else cell.typed, options)
    if editor == "toggle":
        return FormField(cell, "choice", cell.typed, [("", ""), ("yes", _("Yes")), ("no", _("No"))])
    if editor in ("text", "number", "record"):
        kind = "line" if own is not None and editor == "text" and own.type != TEXT else editor
        return FormField(cell, kind, cell.typed)
    return FormField(cell, "none", cell.text)
