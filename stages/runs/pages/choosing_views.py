"""Choosing one run: on to its proposal, to its pull request, or to the form that goes on from its answer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.callers import caller_from_request
from kernel.errors import NotFound
from projects.access import Access, get_project
from stages.runs import services
from stages.runs.models import Experiment, Run
from stages.runs.models.experiments import PATCHING
from stages.runs.pages.pull_requests import hand_of
from stages.runs.reading import visible_run
from workspace.decorators import PageRequest, is_htmx, page
from workspace.htmx_action import htmx_action
from workspace.proposals.presentation import proposal_address


@page("POST")
@htmx_action
def choose(request: PageRequest, project_id: UUID, run_id: UUID) -> HttpResponse:
    """Choose a run on its card."""
    access = get_project(user=request.user, project_id=project_id, action="run.start")
    run = visible_run(user=request.user, run_id=run_id)
    if run.project_id != project_id:
        raise NotFound(_("Run not found."))
    address = carry_on(request, access, run.experiment, run)
    return HttpResponseClientRedirect(address) if is_htmx(request) else redirect(address)


def carry_on(request: PageRequest, access: Access, shown: Experiment, run: Run) -> str:
    """Choose a run, and say in a message what becomes of it; the address where it goes on."""
    caller = caller_from_request(request)
    experiment = reverse("runs:experiment", args=[access.project.id, shown.id])
    if makes_request(shown, access):
        services.choose_and_open(caller=caller, run_id=run.id)
        messages.success(request, _("The branch and its pull request are being made."))
        return experiment
    choice = services.choose_run(caller=caller, run_id=run.id)
    if choice.proposal is not None:
        messages.success(request, _("It is a private proposal of yours. Nobody sees it until you open it."))
        return proposal_address(choice.proposal)
    return experiment if shown.kind in PATCHING else f"{experiment}?base={run.id}#ask"


def makes_proposal(shown: Experiment) -> bool:
    """Whether choosing a run makes a proposal."""
    return shown.kind in PATCHING and shown.repository_id is None


def makes_request(shown: Experiment, access: Access) -> bool:
    """Whether choosing a run opens a pull request: who may not write one only marks the run."""
    return shown.repository_id is not None and hand_of(access).may_write
