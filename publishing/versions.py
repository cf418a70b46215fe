"""Suggests the name of the next release."""

from __future__ import annotations

import re
from uuid import UUID

from drafts.models import Draft
from projects.fields import CONFIGURATION
from publishing.models import Release, ReleaseState

_PART = r"(0|[1-9][0-9]{0,8})"
# A name that begins with a version number: `1.0`, `v2.3.4`, `1.0 for sites in Europe`.
_VERSION = re.compile(rf"v?{_PART}\.{_PART}(?:\.{_PART})?(?!\.?\w)")
FIRST_NAME = "1.0.0"


def suggested_name(project_id: UUID, draft: Draft | None) -> str:
    """The next semantic version: major if a field was removed, minor if one was added or the configuration changed.

    Counted from the newest release whose name begins with a version number, of two or three parts; `1.0.0` if there is
    none.
    """
    released = Release.objects.of_project(project_id).filter(state=ReleaseState.RELEASED).select_related("draft")
    for release in released.iterator(chunk_size=50):
        numbers = _VERSION.match(release.name)
        if numbers:
            major, minor, patch = map(int, numbers.groups(default="0"))
            return _next(major, minor, patch, release.draft, draft)
    return FIRST_NAME


def _next(major: int, minor: int, patch: int, before: Draft, after: Draft | None) -> str:
    old, new = before.fields, after.fields if after else {}
    if old.keys() - new.keys():
        return f"{major + 1}.0.0"
    if new.keys() - old.keys() or old.get(CONFIGURATION) != new.get(CONFIGURATION):
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"
