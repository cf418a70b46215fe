"""Runs of one experiment beside each other, and choosing one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import Conflict, DomainError, NotFound, PayloadTooLarge, ProjectFrozen, RateLimited, ValidationFailed
from projects.access import Access, get_project
from stages.runs import services
from stages.runs.comparing import Against, ComparedRun, compare_runs, runs_to_compare
from stages.runs.limits import MAX_RUNS, MIN_RUNS
from stages.runs.models import Experiment, Run, RunStatus
from stages.runs.models.experiments import PATCHING
from stages.runs.pages.cards import Card, card_of, runs_of
from stages.runs.pages.choosing_views import carry_on, makes_proposal, makes_request
from stages.runs.pages.columns import answer_cells, fact_rows, field_rows
from stages.runs.pages.experiment_views import load, viewer_of
from stages.runs.pages.presentation import source_words
from stages.runs.pages.pull_requests import hand_of, requests_of
from stages.runs.reading import answer_of, run_in, visible_pull_request
from stages.runs.sources import changed_texts, source_texts
from workspace.compare.sides import Sides
from workspace.compare.views import fold_page
from workspace.decorators import PageRequest, page
from workspace.htmx_action import refusal_text
from workspace.project_frame import frame_of
from workspace.releases.views import live_data

REFUSALS = (ValidationFailed, Conflict, PayloadTooLarge, ProjectFrozen, RateLimited)


@page("GET", "HEAD", "POST")
def compare(request: PageRequest, project_id: UUID, experiment_id: UUID) -> HttpResponse:
    """GET `?run=&run=&to=first&chosen=`: two to four runs in this order; the newest without any. POST `chosen`."""
    access = get_project(user=request.user, project_id=project_id)
    shown = load(access, experiment_id)
    if request.method == "POST":
        return _choose(request, access, shown)
    return render(request, "runs/compare.html", compare_context(request, access, shown))


@page()
def fold(request: PageRequest, project_id: UUID, experiment_id: UUID) -> HttpResponse:
    """`?run=&field=&old=1&new=1&count=16`: equal lines of what a run answered or changed that were folded away."""
    shown = load(get_project(user=request.user, project_id=project_id), experiment_id)
    run = run_in(shown.id, _identity(request.GET.get("run", "")))
    field = request.GET.get("field", "")
    if shown.kind not in PATCHING:
        return fold_page(request, answer_of(run), place="new")
    made = {each.path: each.after for each in changed_texts(run)}
    if field in made or shown.repository_id is not None:
        text = made.get(field)
    else:
        text = source_texts(shown, {field}).get(field)
    return fold_page(request, text or "", place="new")


def compare_context(
    request: PageRequest, access: Access, shown: Experiment, *, problem: str = "", picked: str = ""
) -> dict[str, Any]:
    """What the page shows."""
    runs = runs_of(shown, also=_asked_for(request))
    offered = [run for run in runs if run.status == RunStatus.SUCCEEDED]
    named = _named(request, offered)
    against = Against.FIRST if request.GET.get("to") == Against.FIRST else Against.SOURCE
    compared: list[ComparedRun] = []
    if len(named) >= MIN_RUNS:
        compared = compare_runs(runs_to_compare(shown, named), user=request.user, against=against)
    numbers = {run.id: run.number for run in runs}
    viewer = viewer_of(request.user, access)
    cards = [card_of(each.run, numbers[each.run.id], each.answer, viewer) for each in compared]
    requests = requests_of(shown, runs, hand_of(access))
    wanted = picked or request.GET.get("chosen", "")
    return {
        "frame": frame_of(access, user=request.user, tab="runs"),
        "project_id": access.project.id,
        "experiment": shown,
        "source": source_words(shown, request.user),
        "short_source": _short_source(shown),
        "cards": cards,
        "rows": fact_rows(compared) if compared else [],
        "fields": field_rows(compared),
        "answers": list(zip(cards, answer_cells(compared), strict=True)) if shown.kind not in PATCHING else [],
        "sides": _sides(shown, cards, against),
        "pickers": [
            (card.run, [(numbers[run.id], run) for run in offered if run.id not in named or run.id == card.run.id])
            for card in cards
        ],
        "addable": [run for run in offered if run.id not in named][:1] if MIN_RUNS <= len(named) < MAX_RUNS else [],
        "query": urlencode([("run", str(each)) for each in named]),
        "to": against.value,
        "here": reverse("runs:compare", args=[access.project.id, shown.id]),
        "picked": next((card for card in cards if str(card.run.id) == wanted), None),
        "may_start": viewer.may_start,
        "is_change": shown.kind in PATCHING,
        "makes_proposal": makes_proposal(shown),
        "makes_request": makes_request(shown, access),
        "requests": requests,
        "onto": next((view for view in requests if view.others), None),
        "problem": problem,
        "live": live_data(request, access.project.id),
    }


def _choose(request: PageRequest, access: Access, shown: Experiment) -> HttpResponse:
    """Choose a run and carry it on; with `onto`, put its change on top of a pull request that is there."""
    chosen, onto = request.POST.get("chosen", ""), request.POST.get("onto", "")
    get_project(user=request.user, project_id=access.project.id, action="run.start")
    run = run_in(shown.id, _identity(chosen))
    try:
        if onto:
            address = _put_onto(request, access, shown, run, _identity(onto))
        else:
            address = carry_on(request, access, shown, run)
    except REFUSALS as refusal:
        return _refused(request, access, shown, chosen, refusal)
    return HttpResponse(status=302, headers={"Location": address})


def _put_onto(request: PageRequest, access: Access, shown: Experiment, run: Run, pull_request_id: UUID) -> str:
    """Have the change of a run put on top of the branch of a pull request of this project."""
    found = visible_pull_request(user=request.user, pull_request_id=pull_request_id)
    if found.project_id != access.project.id:
        raise NotFound(_("Pull request not found."))
    caller = caller_from_request(request)
    services.update_pull_request(caller=caller, pull_request_id=pull_request_id, run_id=run.id)
    messages.success(request, _("The change is being put on the branch."))
    return reverse("runs:experiment", args=[access.project.id, shown.id])


def _refused(
    request: PageRequest, access: Access, shown: Experiment, chosen: str, refusal: DomainError
) -> HttpResponse:
    context = compare_context(request, access, shown, problem=refusal_text(refusal), picked=chosen)
    return render(request, "runs/compare.html", context, status=refusal.status)


def _named(request: PageRequest, offered: Sequence[Run]) -> list[UUID]:
    """The runs that the address names, each once; the answers to the newest question where it names none."""
    named = _asked_for(request)
    if named:
        known = {run.id for run in offered}
        if any(each not in known for each in named):
            raise NotFound(_("Run not found."))
        return named
    newest = offered[-1].message_id if offered else None
    return [run.id for run in offered if run.message_id == newest][:MAX_RUNS]


def _asked_for(request: PageRequest) -> list[UUID]:
    """The runs that the address names, each once. Raises `ValidationFailed` for more than fit beside each other."""
    named = [_identity(text) for text in dict.fromkeys(request.GET.getlist("run"))]
    if len(named) > MAX_RUNS:
        words = _("At most {most} runs beside each other.").format(most=MAX_RUNS)
        raise ValidationFailed({"run": [words]})
    return named


def _sides(shown: Experiment, cards: Sequence[Card], against: Against) -> list[Sides]:
    """What each column is compared with, and where its folded lines are fetched from."""
    address = reverse("runs:compare_fold", args=[shown.project_id, shown.id])
    source = _short_source(shown)
    names = [_("Run {n}").format(n=card.number) for card in cards]
    found = []
    for place, card in enumerate(cards):
        query = urlencode({"run": str(card.run.id)})
        old = names[0] if against is Against.FIRST and place else source
        found.append(Sides(old, names[place], query, f"{address}?{query}"))
    return found


def _short_source(shown: Experiment) -> str:
    return _("v{version}").format(version=shown.version) if shown.version else shown.commit[:7]


def _identity(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(_("Run not found.")) from None
