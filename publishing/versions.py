"""What a release is about: whose work it is, and the name it should get."""

from __future__ import annotations

import re
from uuid import UUID

from accounts.models import Kind, User
from drafts.models import Draft
from projects.fields import CONFIGURATION
from publishing.models import Release, ReleaseState

_SEMANTIC = re.compile(r"v?(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\Z")
FIRST_NAME = "1.0.0"


def released_before(draft: Draft) -> Release | None:
    """The release of the newest version below this one: what this version's changes are told from."""
    released = Release.objects.filter(
        project_id=draft.project_id, state=ReleaseState.RELEASED, draft__version_number__lt=draft.version_number
    )
    return released.select_related("draft").order_by("-draft__version_number", "-id").first()


def authors_of(draft: Draft) -> list[UUID]:
    """All who saved since the last release before this version: whose work is being released.

    Counted from the newest released version below it, so that releasing a version again has the same authors.
    """
    before = released_before(draft)
    base = before.draft.version_number if before else 0
    versions = Draft.objects.filter(
        project_id=draft.project_id, version_number__gt=base, version_number__lte=draft.version_number
    )
    return sorted(set(versions.order_by().values_list("author_id", flat=True)))


def can_any_sign(authors: list[UUID]) -> bool:
    """Whether one of the authors is a person with an open account: agents and services never sign (c23)."""
    return User.objects.active().filter(pk__in=authors, kind=Kind.HUMAN).exists()


def suggested_name(project_id: UUID, draft: Draft | None) -> str:
    """The next semantic version: major where a field went, minor where one came or the configuration changed.

    Counted from the newest release whose name is one; `1.0.0` without any.
    """
    released = Release.objects.of_project(project_id).filter(state=ReleaseState.RELEASED).select_related("draft")
    for release in released.iterator(chunk_size=50):
        numbers = _SEMANTIC.match(release.name)
        if numbers:
            major, minor, patch = map(int, numbers.groups())
            return _next(major, minor, patch, release.draft, draft)
    return FIRST_NAME


def _next(major: int, minor: int, patch: int, before: Draft, after: Draft | None) -> str:
    old, new = before.fields, after.fields if after else {}
    if old.keys() - new.keys():
        return f"{major + 1}.0.0"
    if new.keys() - old.keys() or old.get(CONFIGURATION) != new.get(CONFIGURATION):
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"
