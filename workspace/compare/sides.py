"""What the two sides of a comparison are called, and where its parts are fetched from."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from drafts.models import Draft


@dataclass(frozen=True, slots=True)
class Sides:
    """`query` names both sides in an address of the page, `fold` is where equal lines are fetched from.

    `comments` is where the threads of a line are fetched from; `left` is what they call the old side, empty where it
    has none. `are_versions`: both sides are versions, whose fields can be marked as read.
    """

    old: str
    new: str
    query: str
    fold: str
    comments: str = ""
    left: str = ""
    are_versions: bool = False

    @classmethod
    def of_versions(cls, base: Draft, target: Draft) -> Sides:
        """Those of two versions of one project."""
        old, new = base.version_number, target.version_number
        fold = f"{reverse('workspace:compare_fold', args=[base.project_id])}?{urlencode({'base': old})}"
        comments = f"{reverse('workspace:compare_comments', args=[base.project_id])}?{urlencode({'target': new})}"
        query = urlencode({"base": old, "target": new})
        return cls(f"v{old}", f"v{new}", query, fold, comments=comments, are_versions=True)
