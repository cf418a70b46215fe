"""A view as a matrix: the one of the registers, always of the tables and the relation that the view names."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from projects.access import Access
from stages.automation.pages.view_frame import view_context
from stages.automation.pages.view_state import view_address
from stages.automation.reading.views import ProjectView
from stages.registers.pages.matrix_state import MatrixState
from stages.registers.pages.matrix_views import matrix_sheet
from stages.registers.reading.reader import Reader
from workspace.decorators import PageRequest
from workspace.templatetags.foundry import reader_zone


def page(request: PageRequest, access: Access, reader: Reader, view: ProjectView) -> HttpResponse:
    """GET `?only=gaps&find=&across=&at=&from=`: the matrix now, or as of a release or a day."""
    shape, address = view.shape, view_address(access.project.id, view)
    parameters = request.GET.copy()
    parameters.update({"rows": shape.rows, "columns": shape.columns[0], "link": shape.relation})
    state = MatrixState(reader, parameters, reader_zone(request), page=address)
    context = view_context(request, access, reader, view)
    sheet = matrix_sheet(access, state, may_write=context["may_write"])
    return render(request, "automation/views/matrix.html", {**context, **sheet, "rail_address": address})
