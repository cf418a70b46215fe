"""Where people are beside the fields, for the script of the workspace."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, JsonResponse

from projects.access import get_project
from workspace.decorators import PageRequest, page
from workspace.project_frame import places_in


@page()
def places(request: PageRequest, project_id: UUID) -> HttpResponse:
    """The places that people are in now: name and address of each, by what presence calls it."""
    access = get_project(user=request.user, project_id=project_id)
    found = places_in(access.project.id)
    return JsonResponse(
        {"places": {name: {"name": place.name, "address": place.address} for name, place in found.items()}}
    )
