"""A project with four people who have passwords, and one saved version."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from projects.services import add_member, create_project
from tests.publishing.reviews import PASSWORD, Review, caller_of
from tests.writers import Writer


@pytest.fixture
def make_review(make_user: Callable[..., User]) -> Callable[[], Review]:
    """Make a project with one version of the editor's, and a member of each role."""

    def make() -> Review:
        roles = ("owner", "editor", "reviewer", "viewer")
        people = {role: make_user(role, password=PASSWORD) for role in roles}
        project = create_project(caller=caller_of(people["owner"]), name="Oncology protocol agent")
        for role in roles[1:]:
            add_member(caller=caller_of(people["owner"]), project_id=project.id, user_id=people[role].id, role=role)
        review = Review(project, people, Writer(caller_of(people["editor"]), project))
        review.save("# Role\nBe exact.\n")
        return review

    return make


@pytest.fixture
def review(db: None, make_review: Callable[[], Review]) -> Review:
    return make_review()
