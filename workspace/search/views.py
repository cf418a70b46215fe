"""Searching in a project: lines of every version, and what was said about them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from drafts.search import reading
from drafts.search.reading import SearchResult
from kernel.errors import ValidationFailed
from projects.access import get_project
from workspace.decorators import PageRequest, page
from workspace.htmx_action import refusal_text
from workspace.project_frame import frame_of


@page()
def search(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?q=`: lines and comments that contain every word; without a query the empty page."""
    access = get_project(user=request.user, project_id=project_id)
    question = request.GET.get("q", "").strip()
    found: SearchResult | None = None
    problem = ""
    if question:
        try:
            found = reading.search(project_id=project_id, text=question)
        except ValidationFailed as refusal:
            problem = refusal_text(refusal)
    context: dict[str, Any] = {
        "frame": frame_of(access, user=request.user, tab="search"),
        "question": question,
        "found": found,
        "problem": problem,
        "total": sum(field.count for field in found.fields) + len(found.comments) if found else 0,
    }
    return render(request, "workspace/search.html", context)
