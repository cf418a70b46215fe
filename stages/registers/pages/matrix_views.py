"""The traceability matrix: gaps, suspect links, coverage; links are made and confirmed in it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import Conflict, NotFound, PayloadTooLarge
from kernel.spreadsheets import UTF8_MARK, csv_lines
from projects.access import Access, get_project
from stages.registers.pages.authors import Authors
from stages.registers.pages.frame import register_context
from stages.registers.pages.matrix_rows import Pair, Picture, bar_of, csv_rows, pair_of, picture_of
from stages.registers.pages.matrix_state import GAPS, MAX_ROWS, MatrixState, releases_of
from stages.registers.permissions import WRITE
from stages.registers.reading.matrices import column_tables
from stages.registers.reading.reader import Reader
from stages.registers.services import links
from workspace.decorators import PageRequest, page
from workspace.templatetags.foundry import reader_zone

# Of a file, which is made as a whole: some seconds.
MAX_SQUARES: Final = 10_000_000


@page("GET", "HEAD")
def traceability(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?rows=&columns=&link=&only=gaps&find=&across=&at=&from=`: the matrix now, or as of a release or a day.

    `find` and `across` are words of the rows and columns that are shown. An address whose relation is not between its
    tables leads to the one that is.
    """
    access = get_project(user=request.user, project_id=project_id)
    state = _state(request, project_id)
    if not request.headers.get("HX-Request") and not state.is_canonical:
        return redirect(state.address())
    return render(request, "registers/matrix.html", matrix_context(request, access, state))


@page("GET", "HEAD")
def pair(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?row=&column=` and those of the page: what is known of a square, for the panel beside the matrix."""
    access = get_project(user=request.user, project_id=project_id)
    state = _state(request, project_id)
    found = _pair(request, state, Authors(project_id, request.user), request.GET)
    context = {
        **register_context(request, access, reader=state.reader, here="matrix"),
        "pair": found,
        "state": state,
    }
    return render(request, "registers/matrix/pair.html", context)


@page("POST")
def link(request: PageRequest, project_id: UUID) -> HttpResponse:
    """POST `row, column` and those of the page: link the two records."""
    state, found = _writable(request, project_id)
    if found.links:
        raise Conflict(_("They are linked already."))
    ends = (found.row.record, found.column.record) if state.is_outgoing else (found.column.record, found.row.record)
    links.link(
        caller=caller_from_request(request),
        project_id=project_id,
        source=ends[0],
        target=ends[1],
        relation=state.relation.type or None,
    )
    return _done(request, state)


@page("POST")
def unlink(request: PageRequest, project_id: UUID) -> HttpResponse:
    """POST `row, column` and those of the page: remove the links between two records."""
    state, found = _writable(request, project_id)
    edges = [each.edge.edge for each in found.links]
    if not edges:
        raise NotFound(_("They are not linked."))
    links.unlink(caller=caller_from_request(request), project_id=project_id, edges=edges)
    return _done(request, state)


@page("POST")
def confirm(request: PageRequest, project_id: UUID) -> HttpResponse:
    """POST `row, column` and those of the page: say that the links between two records still hold."""
    state, found = _writable(request, project_id)
    edges = [each.edge.edge for each in found.links]
    if not edges:
        raise NotFound(_("They are not linked."))
    links.confirm_links(caller=caller_from_request(request), project_id=project_id, edges=edges)
    return _done(request, state)


@page("GET", "HEAD")
def export(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET as the page: the matrix as CSV, with the rows that the page shows."""
    get_project(user=request.user, project_id=project_id)
    state = _state(request, project_id)
    if (shown := state.shown) is not None and len(shown.rows) * len(shown.columns) > MAX_SQUARES:
        words = _("A file has at most %(most)s squares. Choose smaller tables, or the rows with gaps only.")
        raise PayloadTooLarge(words % {"most": f"{MAX_SQUARES:,}"})
    content = UTF8_MARK + csv_lines(csv_rows(state))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="traceability.csv"'
    return response


def matrix_context(request: PageRequest, access: Access, state: MatrixState) -> dict[str, Any]:
    """What the page shows."""
    frame = register_context(request, access, reader=state.reader, here="matrix")
    return {**frame, **matrix_sheet(access, state, may_write=frame["may_write"])}


def matrix_sheet(access: Access, state: MatrixState, *, may_write: bool) -> dict[str, Any]:
    """What the sheet with a matrix shows, on whatever page."""
    picture = picture_of(state)
    releases = releases_of(access.project.id)
    return {
        "may_write": may_write and state.moment is None,
        "state": state,
        "picture": picture,
        "bar": bar_of(picture) if picture else [],
        "percent": f"{picture.coverage.percent:g}" if picture else "",
        "suspect_percent": f"{picture.coverage.suspect_percent:g}" if picture else "",
        "gap_percent": f"{picture.coverage.gap_percent:g}" if picture else "",
        "table": state.schema.table(state.axes.rows) if state.axes else None,
        "column_table": state.schema.table(state.axes.columns) if state.axes else None,
        "tables": list(state.schema.tables.values()),
        "column_tables": column_tables(state.schema),
        "relations": list(state.schema.relations.values()),
        "releases": releases,
        "addresses": {
            "now": state.address({"at": ""}),
            "gaps": state.address({"only": "" if state.only else GAPS, "from": ""}),
            "all": state.address({"find": "", "across": "", "from": ""}),
            "export": state.address(name="matrix_export"),
            "releases": [(each, state.address({"at": str(each.id)})) for each in releases],
            **_steps(state, picture),
        },
    }


def _steps(state: MatrixState, picture: Picture | None) -> dict[str, str]:
    """The addresses of the rows before and behind those that are shown."""
    found = {}
    if picture and picture.first:
        found["before"] = state.address({"from": str(max(0, picture.first - MAX_ROWS))})
    if picture and picture.last < picture.count:
        found["after"] = state.address({"from": str(picture.last)})
    return found


def _state(request: PageRequest, project_id: UUID) -> MatrixState:
    given = request.POST if request.method == "POST" else request.GET
    return MatrixState(Reader(project_id), given, reader_zone(request))


def _writable(request: PageRequest, project_id: UUID) -> tuple[MatrixState, Pair]:
    """The page that an act came from, with the square that it is about."""
    get_project(user=request.user, project_id=project_id, action=WRITE)
    state = _state(request, project_id)
    if state.moment is not None:
        raise Conflict(_("This is the past. Links are changed as they are now."))
    return state, _pair(request, state, Authors(project_id, request.user), request.POST)


def _pair(request: PageRequest, state: MatrixState, authors: Authors, given: Any) -> Pair:
    try:
        row, column = (str(UUID(given.get(name, ""))) for name in ("row", "column"))
    except ValueError:
        raise NotFound(_("There is no such record.")) from None
    found = pair_of(state, row, column, authors)
    if found is None:
        raise NotFound(_("There is no such record."))
    return found


def _done(request: PageRequest, state: MatrixState) -> HttpResponse:
    """Nothing for the script, which has the page written again; the page for a form."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return redirect(state.address())
