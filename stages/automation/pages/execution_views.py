"""The pages of executions: all of a project, and one of them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kernel.errors import NotFound
from projects.access import get_project
from stages.automation.models import Execution
from stages.automation.pages.frame import automation_context
from stages.automation.permissions import READ
from stages.automation.reading.executions import executions_of, shown_executions
from workspace.decorators import PageRequest, page

PAGE: int = 50


@page("GET", "HEAD")
def executions(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the executions of the project."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    context = automation_context(request, access, current="executions")
    rows = shown_executions(executions_of(project_id).select_related("person")[:PAGE])
    return render(request, "automation/executions/list.html", {**context, "rows": rows})


@page("GET", "HEAD")
def execution(request: PageRequest, project_id: UUID, execution_id: UUID) -> HttpResponse:
    """GET: one execution."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    found = find_execution(project_id, execution_id)
    context = automation_context(request, access, current=f"executions/{found.id}")
    (shown,) = shown_executions([found])
    return render(request, "automation/executions/execution.html", {**context, "shown": shown})


def find_execution(project_id: UUID, execution_id: UUID) -> Execution:
    """An execution of a project. Raises `NotFound`."""
    found = Execution.objects.select_related("person").filter(project=project_id, pk=execution_id).first()
    if found is None:
        raise NotFound(_("There is no such execution."))
    return found
