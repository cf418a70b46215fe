"""The page of one experiment: its conversation, live; asking further, stopping, trying again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from accounts.models import User
from kernel.errors import Conflict, DomainError, NotFound, PayloadTooLarge, RateLimited, Unavailable, ValidationFailed
from projects.access import Access, get_project
from projects.models import Member, Role, Status
from projects.permissions import allowed
from stages.runs import services
from stages.runs.limits import MAX_RUNS, MIN_RUNS
from stages.runs.models import Experiment, ExperimentKind, Run, RunStatus
from stages.runs.pages.calls import calls_of, count_calls, unsaved_texts
from stages.runs.pages.cards import Card, Viewer, questions_of, runs_of
from stages.runs.pages.choosing_views import makes_proposal, makes_request
from stages.runs.pages.composing import Composer, composer_of, typed_text
from stages.runs.pages.failures import Helper
from stages.runs.pages.presentation import progress_words, shown_title, source_words
from stages.runs.pages.pull_requests import RequestView, hand_of, has_change, requests_of, without_request
from stages.runs.pages.refine_cards import refine_cards
from stages.runs.pages.texts import experiment_texts
from stages.runs.reading import visible_run
from stages.runs.states import with_progress
from workspace.decorators import PageRequest, is_htmx, page
from workspace.htmx_action import done, htmx_action, refusal_text
from workspace.project_frame import frame_of
from workspace.releases.views import live_data

# What is shown at the form, with what was typed; anything else is a page of its own.
REFUSALS = (ValidationFailed, Conflict, PayloadTooLarge, RateLimited, Unavailable)


@page("GET", "HEAD", "POST")
def experiment(request: PageRequest, project_id: UUID, experiment_id: UUID) -> HttpResponse:
    """GET `?base=<run>`: the page. POST `text, profile…, base_run`: ask models something further."""
    if request.method == "POST":
        return _ask(request, project_id, experiment_id)
    access = get_project(user=request.user, project_id=project_id)
    shown = load(access, experiment_id)
    if shown.kind == ExperimentKind.EVALUATE:
        return redirect("runs:results", project_id, experiment_id)
    runs = runs_of(shown, also=_base_of(request.GET))
    base = next((run for run in runs if str(run.id) == request.GET.get("base")), None)
    may_ask = _may("run.start", access) and shown.kind != ExperimentKind.REFINE
    composer = composer_of(shown, runs, base=base) if may_ask else None
    return render(request, "runs/experiment.html", page_context(request, access, shown, runs, composer))


@page("POST")
@htmx_action
def stop_all(request: PageRequest, project_id: UUID, experiment_id: UUID) -> HttpResponse:
    """Stop every run that is under way."""
    load(get_project(user=request.user, project_id=project_id), experiment_id)
    services.cancel_runs(caller=caller_from_request(request), experiment_id=experiment_id)
    return _changed(request, project_id, experiment_id)


@page("POST")
@htmx_action
def stop(request: PageRequest, project_id: UUID, run_id: UUID) -> HttpResponse:
    """Stop one run."""
    run = _run(request, project_id, run_id)
    services.cancel_run(caller=caller_from_request(request), run_id=run_id)
    return _changed(request, project_id, run.experiment_id)


@page("POST")
@htmx_action
def retry(request: PageRequest, project_id: UUID, run_id: UUID) -> HttpResponse:
    """Ask the model of a run that failed or was stopped again."""
    get_project(user=request.user, project_id=project_id, action="run.start")
    run = _run(request, project_id, run_id)
    services.retry_run(caller=caller_from_request(request), run_id=run_id)
    return _changed(request, project_id, run.experiment_id)


@page("POST")
@htmx_action
def ask_key(request: PageRequest, project_id: UUID, run_id: UUID) -> HttpResponse:
    """Ask the owners for a new key of the model of a run that failed."""
    run = _run(request, project_id, run_id)
    services.request_key(caller=caller_from_request(request), run_id=run_id)
    address = reverse("runs:experiment", args=[project_id, run.experiment_id])
    return done(
        request, event="runs-changed", otherwise=address, toast=_("The owners have been notified in their inbox.")
    )


def load(access: Access, experiment_id: UUID) -> Experiment:
    """The experiment of this project, with its `progress`. Raises `NotFound`."""
    experiments = Experiment.objects.filter(project=access.project).select_related("created_by", "repository")
    found = with_progress(experiments).filter(pk=experiment_id).first()
    if found is None:
        raise NotFound(_("Experiment not found."))
    return found


def page_context(
    request: PageRequest, access: Access, shown: Experiment, runs: list[Run], composer: Composer | None
) -> dict[str, Any]:
    """What the page shows."""
    live = live_data(request, access.project.id)
    live["texts"] |= experiment_texts()
    frame = frame_of(access, user=request.user, tab="runs")
    viewer = viewer_of(request.user, access)
    questions, earlier = questions_of(shown, runs, viewer)
    calls = calls_of(runs)
    unended = [run for run in runs if not run.has_ended]
    requests = requests_of(shown, runs, hand_of(access))
    return {
        "frame": frame,
        "project_id": access.project.id,
        "experiment": shown,
        "title": shown_title(shown),
        "state": progress_words(getattr(shown, "progress", "")),
        "source": source_words(shown, request.user),
        "questions": questions,
        "tries": refine_cards(questions) if shown.kind == ExperimentKind.REFINE else [],
        "earlier": earlier,
        "cost": Run.objects.filter(experiment=shown).aggregate(cost=Sum("cost"))["cost"] or 0,
        "is_under_way": bool(unended),
        "may_stop_all": bool(unended) and all(viewer.may_stop_others or run.is_of(request.user) for run in unended),
        "compared": _compared(questions[-1].answers) if questions and not unended else [],
        "calls": calls,
        "calls_count": count_calls(runs, calls),
        "unsaved": unsaved_texts(shown),
        "composer": composer,
        "requests": requests,
        "carried_on": _carried_on(access, shown, runs, requests) if viewer.may_start else set(),
        "makes_request": makes_request(shown, access),
        "may_start": viewer.may_start,
        "live": live,
    }


def viewer_of(user: User, access: Access) -> Viewer:
    """What the reader may do with the runs of this project."""
    owners = Member.objects.filter(project=access.project, role=Role.OWNER, user__is_active=True)
    owner = owners.select_related("user").order_by("id").first()
    current = access.project.current_draft
    helper = Helper(
        may_start=_may("run.start", access),
        may_manage=_may("profile.manage", access),
        owner=owner.user if owner is not None else None,
        newest=current.version_number if current else 0,
    )
    return Viewer(user, may_stop_others=_may("run.cancel_others", access), helper=helper)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form was sent with."""

    text: str
    chosen: list[UUID]
    base: UUID | None

    @classmethod
    def of(cls, request: PageRequest) -> Typed:
        """Raises `NotFound` for what is no id."""
        base = next(iter(_identities([request.POST.get("base_run", "")])), None)
        return cls(typed_text(request.POST), _identities(request.POST.getlist("profile")), base)


def _base_of(query: QueryDict) -> list[UUID]:
    """The run that an address goes on from; none where it names none."""
    given = query.get("base", "")
    try:
        return [UUID(given)] if given else []
    except ValueError:
        return []


def _compared(answers: Sequence[Card]) -> list[UUID]:
    """The runs that “Compare answers” leads to; none where there are fewer than two."""
    found = [card.run.id for card in answers if card.run.status == RunStatus.SUCCEEDED][:MAX_RUNS]
    return found if len(found) >= MIN_RUNS else []


def _carried_on(access: Access, shown: Experiment, runs: Sequence[Run], requests: Sequence[RequestView]) -> set[UUID]:
    """The runs whose card offers to carry them on: to a proposal, or to a pull request that is not there yet."""
    if makes_request(shown, access):
        return without_request(runs, requests)
    return {run.id for run in runs if has_change(run)} if makes_proposal(shown) else set()


def _ask(request: PageRequest, project_id: UUID, experiment_id: UUID) -> HttpResponse:
    """Ask; a refusal is shown at the form, with what was typed."""
    access = get_project(user=request.user, project_id=project_id)
    shown = load(access, experiment_id)
    get_project(user=request.user, project_id=project_id, action="run.start")
    typed = Typed.of(request)
    try:
        services.ask_further(
            caller=caller_from_request(request),
            experiment_id=experiment_id,
            text=typed.text,
            profile_ids=typed.chosen,
            base_run_id=typed.base,
        )
    except REFUSALS as refusal:
        return _refused(request, access, shown, typed, refusal)
    return _changed(request, project_id, experiment_id)


def _refused(
    request: PageRequest, access: Access, shown: Experiment, typed: Typed, refusal: DomainError
) -> HttpResponse:
    runs = runs_of(shown, also=[typed.base] if typed.base else [])
    base = next((run for run in runs if run.id == typed.base), None)
    composer = composer_of(shown, runs, text=typed.text, base=base, chosen=typed.chosen)
    words = {"problem": refusal_text(refusal)}
    if is_htmx(request):
        context = {"composer": composer, "experiment": shown, "project_id": access.project.id, **words}
        return render(request, "runs/experiment/composer.html", context, status=refusal.status)
    context = {**page_context(request, access, shown, runs, composer), **words}
    return render(request, "runs/experiment.html", context, status=refusal.status)


def _changed(request: PageRequest, project_id: UUID, experiment_id: UUID) -> HttpResponse:
    address = reverse("runs:experiment", args=[project_id, experiment_id])
    return done(request, event="runs-changed", otherwise=address)


def _run(request: PageRequest, project_id: UUID, run_id: UUID) -> Run:
    """The run of this project. Raises `NotFound`."""
    found = visible_run(user=request.user, run_id=run_id)
    if found.project_id != project_id:
        raise NotFound(_("Run not found."))
    return found


def _identities(texts: Collection[str]) -> list[UUID]:
    """The ids that a form names. Raises `NotFound` for what is none."""
    try:
        return [UUID(text) for text in texts if text]
    except ValueError:
        raise NotFound(_("Model not found.")) from None


def _may(action: str, access: Access) -> bool:
    return allowed(action, role=access.role, status=Status(access.project.status))
