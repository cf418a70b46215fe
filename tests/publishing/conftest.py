"""A project with four people who have passwords, and one saved version."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from projects.models import Project
from publishing.models import Release
from tests.cast import Cast, new_reviewed
from tests.publishing.reviews import Review, begun


@pytest.fixture
def make_review(cast: Cast | None) -> Callable[[], Review]:
    """Make a project with one version of the editor's, and a member of each role; the first may stand already."""
    standing = [cast] if cast else []

    def make() -> Review:
        if standing:
            cast = standing.pop()
            project, people = Project.objects.get(pk=cast.reviewed), cast.fetch(cast.signers)
        else:
            project, people = new_reviewed()
        return begun(project, people)

    return make


@pytest.fixture
def review(db: None, make_review: Callable[[], Review]) -> Review:
    return make_review()


@pytest.fixture
def release(review: Review) -> Release:
    return review.submit()
