"""What the page of a run that refines asks for: how far it is, and a proposal of the best text."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import NotFound
from projects.access import get_project
from stages.runs import services
from stages.runs.models import Run
from stages.runs.pages.cards import card_of, runs_of
from stages.runs.pages.experiment_views import load, viewer_of
from stages.runs.pages.refine_cards import refine_card
from stages.runs.reading import visible_run
from workspace.decorators import PageRequest, page
from workspace.proposals.presentation import proposal_address


@page()
def progress(request: PageRequest, project_id: UUID, run_id: UUID) -> HttpResponse:
    """How far a run is; the page asks again while it is under way."""
    access = get_project(user=request.user, project_id=project_id)
    run = _run(request, project_id, run_id)
    shown = load(access, run.experiment_id)
    found = next(each for each in runs_of(shown, also=[run.id]) if each.id == run.id)
    viewer = viewer_of(request.user, access)
    context = {
        "refined": refine_card(card_of(found, found.number, "", viewer)),
        "project_id": project_id,
        "experiment": shown,
        "may_start": viewer.may_start,
    }
    return render(request, "runs/refine/run.html", context)


@page("POST")
def propose(request: PageRequest, project_id: UUID, run_id: UUID) -> HttpResponse:
    """Make a private proposal of the best text, and go there."""
    get_project(user=request.user, project_id=project_id, action="run.start")
    run = _run(request, project_id, run_id)
    choice = services.choose_run(caller=caller_from_request(request), run_id=run.id)
    if choice.proposal is None:
        raise NotFound(_("Proposal not found."))
    messages.success(request, _("It is a private proposal of yours. Nobody sees it until you open it."))
    return HttpResponse(status=302, headers={"Location": proposal_address(choice.proposal)})


def _run(request: PageRequest, project_id: UUID, run_id: UUID) -> Run:
    """The run of this project. Raises `NotFound`."""
    found = visible_run(user=request.user, run_id=run_id)
    if found.project_id != project_id:
        raise NotFound(_("Run not found."))
    return found
