"""The page of an evaluation's results: a matrix of cases and models, compared with an earlier version; as CSV."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kernel.canonical import canonical
from kernel.errors import NotFound, ValidationFailed
from kernel.ijson import parse
from projects.access import get_project
from projects.models import Status
from projects.permissions import allowed
from stages.runs.models import Experiment
from stages.runs.pages import matrix
from stages.runs.pages.cell_news import cell_news, news_data
from stages.runs.pages.experiment_views import load
from stages.runs.pages.open_cell import open_cell
from stages.runs.pages.presentation import shown_title, source_words
from stages.runs.pages.result_heads import heads_of
from stages.runs.results import Results, baselines_of, find_baseline, read_results, usual_baseline
from stages.runs.results_api import results_csv
from workspace.decorators import PageRequest, page
from workspace.project_frame import frame_of
from workspace.query_numbers import query_number
from workspace.releases.views import live_data

# Cells that are sent at once while an evaluation runs; of more, the page is read anew.
MAX_NEWS: Final = 5000


@page("GET", "HEAD")
def results(request: PageRequest, project_id: UUID, experiment_id: UUID) -> HttpResponse:
    """GET `?baseline=<id>&show=regressed&from=200&cell=["case","model",1]`: a page of the matrix, with a cell open.

    Without a `baseline` the results are compared with the evaluation before; with an empty one, with nothing.
    """
    access = get_project(user=request.user, project_id=project_id)
    # Before the results are read: whatever happens meanwhile, the page gets its event.
    live = live_data(request, project_id)
    shown = load(access, experiment_id)
    found = _results(request, shown, usual=usual_baseline(shown) if "baseline" not in request.GET else None)
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in matrix.FILTERS else ""
    opened = _opened(request.GET.get("cell", ""))
    rows = matrix.page_of(found, chosen=chosen, start=query_number(request.GET, "from") or 0, opened=opened)
    context = {
        "frame": frame_of(access, user=request.user, tab="runs"),
        "project_id": project_id,
        "experiment": shown,
        "title": shown_title(shown),
        "found": found,
        "source": source_words(shown, request.user),
        "outcome": matrix.outcome_words(found.outcome),
        "filters": matrix.filters_of(found, chosen),
        "answered": matrix.answered_words(found),
        "heads": heads_of(found),
        "rows": rows,
        "groups": rows.groups,
        "baselines": [(each, source_words(each, request.user)) for each in baselines_of(shown)],
        "chosen": chosen,
        "base_query": urlencode(_query(found, "")),
        "query": urlencode(_query(found, chosen)),
        "page_query": urlencode(_query(found, chosen) | ({"from": rows.start} if rows.start else {})),
        "regressed": sum(matrix.is_in(row, "regressed") for row in found.rows),
        "news": canonical(news_data(found)),
        "cell": open_cell(found, opened, chosen=chosen) if opened else None,
        "cost": sum(model.run.cost for model in found.models if model.run),
        "may_start": allowed("run.start", role=access.role, status=Status(access.project.status)),
        "broken": [model.run for model in found.models if model.run and matrix.can_be_retried(model.run)],
        "live": live,
    }
    return render(request, "runs/results.html", context)


@page()
def result_cells(request: PageRequest, project_id: UUID, experiment_id: UUID) -> HttpResponse:
    """`?baseline=<id>&after={"<run>": 12}`: the cells that have ended since, for a page that shows them, as JSON."""
    shown = load(get_project(user=request.user, project_id=project_id), experiment_id)
    try:
        given: Any = parse(request.GET.get("after", "{}"), name="after")
        known = {UUID(run): int(number) for run, number in given.items()}
        baseline = request.GET.get("baseline", "")
        before = find_baseline(shown, UUID(baseline)) if baseline else None
    except (AttributeError, TypeError, ValueError):
        raise ValidationFailed({"after": [_("Must name runs with numbers.")]}) from None
    return JsonResponse(cell_news(shown, before, known, most=MAX_NEWS))


@page()
def results_file(request: PageRequest, project_id: UUID, experiment_id: UUID) -> HttpResponse:
    """`?baseline=<id>`: all results as CSV."""
    shown = load(get_project(user=request.user, project_id=project_id), experiment_id)
    response = HttpResponse(results_csv(_results(request, shown)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="results-{shown.id}.csv"'
    return response


def _results(request: PageRequest, shown: Experiment, *, usual: Experiment | None = None) -> Results:
    """The results, compared with the baseline of the address, or the usual one; `NotFound` for what is not there."""
    try:
        given = request.GET.get("baseline", "")
        baseline = find_baseline(shown, UUID(given)) if given else usual
        return read_results(shown, baseline=baseline)
    except (ValueError, ValidationFailed) as error:
        raise NotFound(str(error)) from None


def _opened(text: str) -> tuple[str, str, int] | None:
    """The cell that an address names; None where it names none."""
    try:
        given: Any = parse(text, name="cell") if text else None
    except ValidationFailed:
        return None
    if isinstance(given, list) and list(map(type, given)) == [str, str, int]:
        return given[0], given[1], given[2]
    return None


def _query(found: Results, chosen: str) -> dict[str, Any]:
    query = {"baseline": str(found.baseline.experiment.id) if found.baseline else ""}
    return query | ({"show": chosen} if chosen else {})
