"""Releases among the versions of the history: a row above the version that each froze, and its signatures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from drafts.models import Draft
from publishing.models import Release, ReleaseState
from workspace.releases.presentation import ReleaseView

SHOWN = (ReleaseState.IN_REVIEW, ReleaseState.RELEASED)


def releases_by_version(project_id: UUID, drafts: Sequence[Draft]) -> dict[int, list[ReleaseView]]:
    """The releases of these versions that are in review or frozen, newest first."""
    numbers = [draft.version_number for draft in drafts]
    releases = Release.objects.of_project(project_id).filter(state__in=SHOWN, draft__version_number__in=numbers)
    found: defaultdict[int, list[ReleaseView]] = defaultdict(list)
    for release in releases.with_people():
        found[release.draft.version_number].append(ReleaseView.of(release))
    return dict(found)
