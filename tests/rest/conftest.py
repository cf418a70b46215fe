"""The people and the places of the permission matrix."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from projects.models import Project
from tests.cast import Cast, new_matrix, new_places
from tests.publishing.conftest import make_review, review

__all__ = ["make_review", "review"]


@pytest.fixture
def people(owner: User, cast: Cast | None) -> dict[str, User]:
    """Everybody of the matrix but the anonymous one, and a stranger who may be let in."""
    return cast.fetch(cast.matrix) if cast and cast.matrix else new_matrix(owner)


@pytest.fixture
def administrator(make_user: Callable[..., User]) -> User:
    """Somebody who manages accounts, and is a member of nothing."""
    return make_user("administrator", is_administrator=True)


@pytest.fixture
def places(people: dict[str, User], cast: Cast | None) -> dict[bool, Project]:
    """A private project, and an internal one for the visitor; two versions each, by somebody who has left since."""
    if cast is None or not cast.places:
        return new_places(people)
    found = Project.objects.in_bulk(cast.places.values())
    return {is_private: found[pk] for is_private, pk in cast.places.items()}
