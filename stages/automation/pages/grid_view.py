"""A view as a grid: the one of its table, with what the view shows of it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from kernel.errors import ValidationFailed
from projects.access import Access
from stages.automation.pages.view_frame import PART, rail_address, view_context
from stages.automation.pages.view_state import state_of
from stages.automation.reading.views import ProjectView
from stages.registers.pages.choosing_views import filtered, refused_filter, wanted_filter, with_chosen
from stages.registers.pages.table_views import grid_context
from stages.registers.reading.reader import Reader
from workspace.decorators import PageRequest


def page(request: PageRequest, access: Access, reader: Reader, view: ProjectView) -> HttpResponse:
    """GET `?sort=&filter=&q=&columns=&widths=`: the grid. With `of, op, value` or `column`: with another filter, or
    other columns.
    """
    state = state_of(reader, view, request.GET)
    context = {**view_context(request, access, reader, view), "state": state, "table": state.table}
    context |= {"rail_address": rail_address(state)}
    if PART in request.GET:
        return render(request, "automation/views/rail_page.html", context)
    refused = {}
    if "of" in request.GET:
        wanted = wanted_filter(request.GET)
        try:
            return redirect(filtered(state, wanted).at())
        except ValidationFailed as refusal:
            refused = refused_filter(wanted, refusal)
    elif "column" in request.GET:
        return redirect(with_chosen(state, request.GET.getlist("column")).at())
    grid = grid_context(access, state, may_write=context["may_write"])
    return render(request, "automation/views/grid.html", {**context, **grid, **refused}, status=400 if refused else 200)
