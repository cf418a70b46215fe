"""The list of projects, and making a new one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts.callers import caller_from_request
from accounts.models import User
from drafts.models import Draft
from drafts.search.folding import fold
from kernel.errors import ValidationFailed
from locking.models import Lease
from projects.models import Project, Status
from projects.services import create_project
from publishing.models import Release
from workspace.decorators import PageRequest, is_htmx, page
from workspace.project_frame import PresentView, people_in
from workspace.release_summary import summaries_of

SPARK_DAYS = 28
# In pixels: a column every 4, as high as its saves, up to 6 of them.
SPARK_STEP, SPARK_HEIGHT, SPARK_MAX = 4, 24, 6


@dataclass(frozen=True, slots=True)
class SaveBar:
    """One day of the little chart, in its own pixels."""

    x: int
    height: int

    @property
    def y(self) -> int:
        return SPARK_HEIGHT - self.height


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One project of the list."""

    project: Project
    bars: list[SaveBar]
    saves: int
    people: list[PresentView]
    release: Release | None
    frozen: Release | None


@page("GET", "HEAD", "POST")
def project_list(request: PageRequest) -> HttpResponse:
    """GET `?q=&status=`: the projects the reader may see; `new` opens the form. POST: a new project."""
    if request.method == "POST":
        return _create(request)
    wanted = request.GET.get("q", "").strip()
    status = request.GET.get("status", "")
    rows = _rows(request.user, wanted, status)
    context = {
        "busy": [row for row in rows if row.people],
        "quiet": [row for row in rows if not row.people],
        "total": len(rows),
        "wanted": wanted,
        "status": status,
        "statuses": Status.choices,
        "opens_new": "new" in request.GET,
    }
    is_part = is_htmx(request) and not request.headers.get("HX-Boosted")
    template = "workspace/parts/project_rows.html" if is_part else "workspace/projects.html"
    return render(request, template, {**context, "is_part": is_part})


def _create(request: PageRequest) -> HttpResponse:
    posted = {"name": request.POST.get("name", ""), "description": request.POST.get("description", "")}
    is_private = request.POST.get("access") != "internal"
    try:
        project = create_project(caller=caller_from_request(request), **posted, is_private=is_private)
    except ValidationFailed as refusal:
        if not is_htmx(request):
            raise
        context = {**posted, "is_private": is_private, "errors": refusal.errors}
        return render(request, "workspace/parts/new_project_form.html", context, status=refusal.status)
    url = reverse("workspace:workspace", args=[project.id])
    return HttpResponseClientRedirect(url) if is_htmx(request) else redirect(url)


def _rows(user: User, wanted: str, status: str) -> list[ProjectRow]:
    projects = Project.objects.visible_to(user).select_related("current_draft", "current_draft__author")
    projects = projects.filter(status=status) if status in Status.values else projects.exclude(status=Status.ARCHIVED)
    found = [each for each in projects if fold(wanted) in fold(f"{each.name} {each.description}")]
    ids = [project.id for project in found]
    leases = Lease.objects.open().filter(project_id__in=ids).select_related("user")
    people = people_in(ids, leases)
    saves = _saves_by_day(ids)
    summaries = summaries_of(found)
    found.sort(key=lambda project: project.current_draft.created_at if project.current_draft else project.created_at)
    return [
        ProjectRow(
            project,
            _bars(saves[project.id]),
            sum(saves[project.id].values()),
            people[project.id],
            summaries[project.id].release,
            summaries[project.id].frozen,
        )
        for project in reversed(found)
    ]


def _saves_by_day(ids: list[UUID]) -> dict[UUID, Counter[date]]:
    since = timezone.now() - timedelta(days=SPARK_DAYS - 1)
    counted: dict[UUID, Counter[date]] = {project_id: Counter() for project_id in ids}
    days = (
        Draft.objects.filter(project_id__in=ids, created_at__date__gte=since.date())
        .annotate(day=TruncDate("created_at"))
        .values("project_id", "day")
        .annotate(saves=Count("id"))
        .order_by()
    )
    for row in days:
        counted[row["project_id"]][row["day"]] = row["saves"]
    return counted


def _bars(saves: Counter[date]) -> list[SaveBar]:
    first = timezone.now().date() - timedelta(days=SPARK_DAYS - 1)
    return [
        SaveBar((day - first).days * SPARK_STEP, round(min(count, SPARK_MAX) / SPARK_MAX * (SPARK_HEIGHT - 2)))
        for day, count in sorted(saves.items())
    ]
