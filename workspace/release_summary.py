"""What a project's releases say of it: which one is in review, and which one it is frozen as."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from projects.models import Project, Status
from publishing.models import Release, ReleaseState

_SHOWN = {Status.IN_REVIEW: ReleaseState.IN_REVIEW, Status.FROZEN: ReleaseState.RELEASED}


@dataclass(frozen=True, slots=True)
class ReleaseSummary:
    """The release that explains a project's status; None where it is open or archived. `in_review` is a count.

    `frozen` is the newest frozen release, whatever the status.
    """

    release: Release | None = None
    in_review: int = 0
    frozen: Release | None = None


def summary_of(project: Project) -> ReleaseSummary:
    """One project's. One query."""
    return summaries_of([project])[project.id]


def summaries_of(projects: Iterable[Project]) -> dict[UUID, ReleaseSummary]:
    """By project; one query for all."""
    projects = list(projects)
    newest: dict[tuple[UUID, str], Release] = {
        (release.project_id, release.state): release for release in _newest([project.id for project in projects])
    }
    found: dict[UUID, ReleaseSummary] = {}
    for project in projects:
        state = _SHOWN.get(Status(project.status))
        shown = newest.get((project.id, state)) if state else None
        found[project.id] = ReleaseSummary(
            shown,
            in_review=int((project.id, ReleaseState.IN_REVIEW) in newest),
            frozen=newest.get((project.id, ReleaseState.RELEASED)),
        )
    return found


def _newest(project_ids: list[UUID]) -> QuerySet[Release]:
    """The newest release of each project in review, and the newest frozen one."""
    states = (ReleaseState.IN_REVIEW, ReleaseState.RELEASED)
    releases = Release.objects.filter(project_id__in=project_ids, state__in=states)
    return releases.select_related("draft").order_by("project_id", "state", "-id").distinct("project_id", "state")
