"""The marks beside the state of a project, for headers that follow them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from projects.access import get_project
from workspace.decorators import PageRequest, page
from workspace.marks import MarkContext, shown_marks


@page()
def marks(request: PageRequest, project_id: UUID) -> HttpResponse:
    """What there is to say now."""
    access = get_project(user=request.user, project_id=project_id)
    found = list(shown_marks(MarkContext(access, request.user)))
    return render(request, "workspace/parts/mark_list.html", {"marks": found})
