"""The command palette's results, as the list that its dialog shows."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from locking.models import Lease
from projects.access import get_project
from workspace.decorators import PageRequest, page
from workspace.palette.entries import PaletteContext
from workspace.palette.finding import find

MAX_QUESTION = 100


@page()
def palette(request: PageRequest) -> HttpResponse:
    """`?q=`: what can be reached from a page without a project."""
    return _listed(request, PaletteContext(request.user))


@page()
def project_palette(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?q=&page=workspace&field=`: what can be reached from a project's page, on its workspace with that field open.

    `page=proposal`: on the workspace over a proposal.
    """
    access = get_project(user=request.user, project_id=project_id)
    leases = tuple(Lease.objects.open().of_project(project_id).select_related("user"))
    is_over_proposal = request.GET.get("page") == "proposal"
    is_workspace = is_over_proposal or request.GET.get("page") == "workspace"
    # The name of the field is not checked here: the action that uses it does.
    field = request.GET.get("field", "") if is_workspace else ""
    return _listed(request, PaletteContext(request.user, access, is_workspace, field, leases, is_over_proposal))


def _listed(request: PageRequest, palette_context: PaletteContext) -> HttpResponse:
    question = " ".join(request.GET.get("q", "")[:MAX_QUESTION].replace("\0", " ").split())
    context = {"groups": find(palette_context, question), "question": question}
    return render(request, "workspace/parts/palette_results.html", context)
