"""The pull requests of a project, and what is done with one: asked about, made once more, given another change."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import NotFound
from projects.access import get_project
from stages.runs import services
from stages.runs.models import PullRequest, PullRequestStatus, Repository
from stages.runs.pages.pull_requests import hand_of, request_view
from stages.runs.reading import visible_pull_request
from workspace.decorators import PageRequest, page
from workspace.htmx_action import done, htmx_action
from workspace.project_frame import frame_of
from workspace.query_numbers import query_number
from workspace.releases.views import live_data

ROWS: Final = 50
MAX_ROWS: Final = 500


@page("GET", "HEAD")
def pull_requests(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?repository=<id>&state=OPEN&rows=100`: the pull requests of the project, newest first."""
    access = get_project(user=request.user, project_id=project_id)
    # Before the rows are read: whatever happens meanwhile, the page gets its event.
    live = live_data(request, project_id)
    every = PullRequest.objects.filter(project=project_id)
    filters = {name: request.GET.get(name, "") for name in ("repository", "state")}
    found = every
    if filters["state"] in PullRequestStatus.values:
        found = found.filter(status=filters["state"])
    repositories = list(Repository.objects.filter(pk__in=every.order_by().values("repository")).order_by("url"))
    chosen = next((each for each in repositories if str(each.id) == filters["repository"]), None)
    if chosen is not None:
        found = found.filter(repository=chosen)
    rows = min(max(query_number(request.GET, "rows") or ROWS, ROWS), MAX_ROWS)
    shown = list(found.select_related("repository", "run__experiment", "run__profile", "asked_by")[: rows + 1])
    query = request.GET.copy()
    query["rows"] = str(rows + ROWS)
    hand = hand_of(access)
    context = {
        "frame": frame_of(access, user=request.user, tab="runs"),
        "project_id": project_id,
        "requests": [request_view(row, hand) for row in shown[:rows]],
        "older": f"?{query.urlencode()}" if len(shown) > rows and rows < MAX_ROWS else "",
        "filters": filters,
        "is_filtered": any(filters.values()),
        "repository_options": [(str(each.id), each.name) for each in repositories],
        "states": PullRequestStatus.choices,
        "live": live,
    }
    return render(request, "runs/pull_requests.html", context)


@page("POST")
@htmx_action
def sync(request: PageRequest, project_id: UUID, pull_request_id: UUID) -> HttpResponse:
    """Ask the server what became of the pull request."""
    _visible(request, project_id, pull_request_id)
    found = services.sync_pull_request(caller=caller_from_request(request), pull_request_id=pull_request_id)
    words = {
        PullRequestStatus.OPEN: _("Pull request {number} is open."),
        PullRequestStatus.MERGED: _("Pull request {number} is merged."),
        PullRequestStatus.CLOSED: _("Pull request {number} is closed."),
    }
    toast = words.get(PullRequestStatus(found.status), "").format(number=found.number)
    return _changed(request, found, toast)


@page("POST")
@htmx_action
def update(request: PageRequest, project_id: UUID, pull_request_id: UUID) -> HttpResponse:
    """POST `run`: put the change of another run on top of the branch; without it the last step once more."""
    before = _visible(request, project_id, pull_request_id)
    caller = caller_from_request(request)
    run_id = _identity(request.POST.get("run", ""))
    if before.number is None and run_id is None:
        found = services.open_pull_request(caller=caller, run_id=before.run_id)
    else:
        found = services.update_pull_request(caller=caller, pull_request_id=pull_request_id, run_id=run_id)
    return _changed(request, found)


def _visible(request: PageRequest, project_id: UUID, pull_request_id: UUID) -> PullRequest:
    """The pull request of this project, for who may change it. Raises `NotFound`, `PermissionDenied`."""
    found = visible_pull_request(user=request.user, pull_request_id=pull_request_id)
    if found.project_id != project_id:
        raise NotFound(_("Pull request not found."))
    get_project(user=request.user, project_id=project_id, action="pull_request.write")
    return found


def _changed(request: PageRequest, found: PullRequest, toast: str = "") -> HttpResponse:
    address = reverse("runs:experiment", args=[found.project_id, found.run.experiment_id])
    return done(request, event="runs-changed", otherwise=address, toast=toast)


def _identity(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound(_("Run not found.")) from None
