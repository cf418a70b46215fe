"""The experiments of a project: what waits for a choice, what is under way, and what has ended."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.models import User
from kernel.errors import ValidationFailed
from projects.access import Access, get_project
from projects.models import Status
from projects.permissions import allowed
from stages.runs.costs import budget_of
from stages.runs.models import Experiment, ExperimentKind, PullRequest
from stages.runs.pages.presentation import KIND_LABELS
from stages.runs.pages.rows import groups_of
from stages.runs.states import GROUPS, ranked, totals
from workspace.decorators import PageRequest, page
from workspace.project_frame import frame_of
from workspace.query_numbers import query_number
from workspace.releases.views import live_data

PAGE_EXPERIMENTS: Final = 30
# More rows than this make a page of their own.
MAX_PAGE_EXPERIMENTS: Final = 300
# Ended ones beside those that are not, until all are asked for.
SHOWN_DONE: Final = 5
DONE: Final = list(GROUPS).index("done")


@page("GET", "HEAD")
def experiment_list(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?kind=&starter=&show=all&rows=60&after=<id>`: all that are not done and the newest done; or all by pages."""
    access = get_project(user=request.user, project_id=project_id)
    return render(request, "runs/list.html", list_context(request, access))


def list_context(request: PageRequest, access: Access) -> dict[str, Any]:
    """What the list shows."""
    project = access.project
    # Before the rows are read: whatever happens meanwhile, the page gets its event.
    live = live_data(request, project.id)
    every = Experiment.objects.filter(project=project)
    filters = {name: request.GET.get(name, "") for name in ("kind", "starter")}
    shows_all = request.GET.get("show") == "all"
    found = ranked(_filtered(every, filters))
    counted = totals(found)
    budget = budget_of(project.id)
    starters = User.objects.filter(pk__in=every.order_by().values("created_by"))
    shown, older = _page_of(request, found, shows_all=shows_all)
    return {
        "frame": frame_of(access, user=request.user, tab="runs"),
        "project_id": project.id,
        "groups": groups_of(shown, reader=request.user, counted=counted),
        "older": older,
        "shows_all": shows_all,
        "filters": filters,
        "is_filtered": any(filters.values()),
        "kinds": KIND_LABELS.items(),
        "starters": list(starters.order_by("display_name").values_list("username", "display_name")),
        "has_requests": PullRequest.objects.filter(project=project).exists(),
        "may_start": allowed("run.start", role=access.role, status=Status(project.status)),
        "all_query": _query(request, show="all"),
        "budget": budget,
        "month": date.fromisoformat(f"{budget.month}-01"),
        "live": live,
    }


def _page_of(request: PageRequest, found: QuerySet[Any], *, shows_all: bool) -> tuple[list[Experiment], str | None]:
    """The experiments of this page, and the address of the next ones."""
    related = found.select_related("created_by", "repository")
    last = _identity(request.GET.get("after", ""))
    if last is not None:
        related = _after(related, last)
    rows = min(max(query_number(request.GET, "rows") or PAGE_EXPERIMENTS, PAGE_EXPERIMENTS), MAX_PAGE_EXPERIMENTS)
    if shows_all or last is not None:
        shown = list(related[: rows + 1])
        more, shown = len(shown) > rows, shown[:rows]
        return shown, _older(request, rows, shown[-1]) if more else None
    shown = list(related.exclude(rank=DONE)[: rows + 1])
    more, shown = len(shown) > rows, shown[:rows]
    if more:
        return shown, _older(request, rows, shown[-1])
    return [*shown, *related.filter(rank=DONE)[:SHOWN_DONE]], None


def _filtered(experiments: QuerySet[Experiment], filters: dict[str, str]) -> QuerySet[Experiment]:
    if filters["kind"] in ExperimentKind.values:
        experiments = experiments.filter(kind=filters["kind"])
    if filters["starter"]:
        experiments = experiments.filter(created_by__username=filters["starter"])
    return experiments


def _after(experiments: QuerySet[Any], last: UUID) -> QuerySet[Any]:
    """Those of a ranked list that come after this one."""
    rank = experiments.filter(pk=last).values_list("rank", flat=True).first()
    if rank is None:
        return experiments
    return experiments.filter(rank__gt=rank) | experiments.filter(rank=rank, pk__lt=last)


def _older(request: PageRequest, rows: int, last: Experiment) -> str:
    """The address of the same page with more rows, or of the next page where this one is full."""
    if rows < MAX_PAGE_EXPERIMENTS:
        return _query(request, rows=str(rows + PAGE_EXPERIMENTS))
    return _query(request, after=str(last.id), rows="")


def _query(request: PageRequest, **changes: str) -> str:
    """The query of this page with some parameters changed; empty ones are left out."""
    query = request.GET.copy()
    for name, value in changes.items():
        if value:
            query[name] = value
        else:
            query.pop(name, None)
    return f"?{query.urlencode()}"


def _identity(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise ValidationFailed({"after": [_("Must be the id of an experiment.")]}) from None
