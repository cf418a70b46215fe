"""Comparing two versions."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from workspace.doors import PageRequest, page


@page()
def compare(request: PageRequest, project_id: UUID) -> HttpResponse:
    return HttpResponse("later")
