"""The page of a view: which kind it is, and whether the project has what it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.translation import gettext as _

from kernel.errors import NotFound
from kernel.late import Late
from projects.access import Access, get_project
from stages.automation.pages.frame import automation_context
from stages.automation.permissions import READ
from stages.automation.reading.modules import adopted_modules
from stages.automation.reading.views import ProjectView, find_view, views_of
from stages.registers.reading.reader import Reader
from workspace.decorators import PageRequest, page

FOREIGN: Final = Late("stages.automation.pages.foreign_view:page")
DECLARED: Final[Mapping[str, Late]] = {
    kind: Late(f"stages.automation.pages.{kind}_view:page") for kind in ("grid", "board", "form", "matrix")
}


@page("GET", "HEAD", "POST")
def view(request: PageRequest, project_id: UUID, module: str, name: str) -> HttpResponse:
    """GET: a view of a module. POST: for foreign views."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    reader = Reader(project_id)
    found = find_view(views_of(reader.schema, adopted_modules(project_id, reader=reader), request.user), module, name)
    if found is None:
        raise NotFound(_("There is no such view in this project."))
    if found.missing:
        return _missing(request, access, reader, found)
    if found.shape.kind == "foreign":
        answer: HttpResponse = FOREIGN(request, access, module, name)
    elif request.method == "POST":
        return HttpResponseNotAllowed(["GET", "HEAD"])
    else:
        answer = DECLARED[found.shape.kind](request, access, reader, found)
    return answer


def _missing(request: PageRequest, access: Access, reader: Reader, found: ProjectView) -> HttpResponse:
    context = automation_context(request, access, current=found.key, reader=reader)
    return render(request, "automation/views/missing.html", {**context, "view": found})
