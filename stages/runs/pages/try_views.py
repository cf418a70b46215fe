"""The panel "Try" of the workspace: a question about what is typed and not saved, and its answers as they come."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import (
    Conflict,
    DomainError,
    LockNotHeld,
    NotFound,
    PayloadTooLarge,
    RateLimited,
    Unavailable,
    ValidationFailed,
)
from kernel.ijson import parse
from projects.access import Access, get_project
from projects.models import Status
from projects.permissions import allowed
from stages.runs import services
from stages.runs.models import Experiment, ExperimentKind
from stages.runs.pages.cards import questions_of, runs_of
from stages.runs.pages.composing import new_composer, typed_text
from stages.runs.pages.experiment_views import viewer_of
from stages.runs.pages.new_views import chosen_models, ticked_models
from stages.runs.pages.presentation import source_words
from workspace.decorators import PageRequest, page
from workspace.htmx_action import refusal_text
from workspace.query_numbers import query_number

REFUSALS: Final = (ValidationFailed, Conflict, LockNotHeld, NotFound, PayloadTooLarge, RateLimited, Unavailable)


@page("GET", "HEAD", "POST")
def try_panel(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the form, and the reader's newest try. POST `text`, `profile`…, `version`, `unsaved`: ask."""
    action = "run.start" if request.method == "POST" else "project.read"
    access = get_project(user=request.user, project_id=project_id, action=action)
    if request.method != "POST":
        return render(request, "runs/try/panel.html", _panel(request, access))
    try:
        made = services.start_experiment(
            caller=caller_from_request(request),
            project_id=project_id,
            text=typed_text(request.POST),
            version=query_number(request.POST, "version"),
            unsaved=_unsaved(request.POST.get("unsaved", "")),
            profile_ids=chosen_models(request.POST),
        )
    except REFUSALS as refusal:
        return render(request, "runs/try/panel.html", _panel(request, access, refusal), status=refusal.status)
    values = {**_panel(request, access, experiment=made), "text": ""}
    return render(request, "runs/try/panel.html", values)


@page()
def try_answers(request: PageRequest, project_id: UUID, experiment_id: UUID) -> HttpResponse:
    """The answers to a try, as far as they have come."""
    access = get_project(user=request.user, project_id=project_id)
    found = Experiment.objects.filter(pk=experiment_id, project=project_id).first()
    if found is None:
        raise NotFound(_("Experiment not found."))
    return render(request, "runs/try/answers.html", _answers(request, access, found))


def _panel(
    request: PageRequest, access: Access, refusal: DomainError | None = None, experiment: Experiment | None = None
) -> dict[str, Any]:
    project = access.project
    typed = request.POST
    newest = experiment or _newest(request, project.id)
    may_start = allowed("run.start", role=access.role, status=Status(project.status))
    ready = may_start and project.current_draft_id is not None
    chosen = ticked_models(typed) if request.method == "POST" else None
    text = typed.get("text", "")
    return {
        "project_id": project.id,
        "composer": new_composer(project.id, text=text, version=None, chosen=chosen) if ready else None,
        "may_start": may_start,
        "text": text,
        "problem": refusal_text(refusal) if refusal is not None else "",
        **(_answers(request, access, newest) if newest is not None else {}),
    }


def _answers(request: PageRequest, access: Access, experiment: Experiment) -> dict[str, Any]:
    """What the answers of an experiment need; of its questions the newest."""
    questions, _earlier = questions_of(experiment, runs_of(experiment), viewer_of(request.user, access))
    return {
        "project_id": access.project.id,
        "experiment": experiment,
        "source": source_words(experiment, request.user),
        "question": questions[-1] if questions else None,
    }


def _newest(request: PageRequest, project_id: UUID) -> Experiment | None:
    """What this person tried last."""
    tried = Experiment.objects.filter(project=project_id, created_by=request.user, kind=ExperimentKind.TRY)
    return tried.select_related("created_by").order_by("-id").first()


def _unsaved(text: str) -> dict[str, str]:
    """The texts that are typed and not saved, by field, as the script sends them. Raises `ValidationFailed`."""
    found = parse(text) if text else {}
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise ValidationFailed({"unsaved": [_("Must be texts by field.")]})
    return found
