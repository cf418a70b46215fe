"""Who may sign in which meaning on a release's page, while the project is in which status (controls c09 and c10).

What else the pages of releases have is in the matrix of all pages (`tests/workspace/matrix.py`). Written by hand from
docs/rules.md, "Roles", not derived from the table that the product reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from projects.models import Project
from publishing.models import Release
from tests.matrix import ALWAYS, EVERYBODY, IN_REVIEW, NO_MEMBER_OF_IT, PERSONAS, REVIEWERS, WRITERS
from tests.rest.rolled_back import rolled_back
from tests.workspace.conftest import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.matrix]

ONE = "releases/{release}/"


@dataclass(frozen=True)
class Row:
    """One method of one page. `answer` is the status for those who may while the project is in one of `in_status`."""

    name: str
    method: str
    path: str
    answer: int
    may: tuple[str, ...] = EVERYBODY
    in_status: tuple[str, ...] = ALWAYS
    data: Mapping[str, str] = field(default_factory=dict)

    def expected(self, persona: str, status: str) -> int:
        if persona == "anonymous":
            return 302
        if persona in NO_MEMBER_OF_IT:
            return 404
        if persona not in self.may:
            return 403
        return self.answer if status in self.in_status else 409


# The release of the matrix has been withdrawn: signing it stops at the missing proof.
ROWS = (
    Row("release", "GET", ONE + "?sign=reviewed", 200),
    Row("release", "POST", ONE, 400, WRITERS, IN_REVIEW, {"meaning": "authored"}),
    Row("release", "POST", ONE, 400, REVIEWERS, IN_REVIEW, {"meaning": "reviewed"}),
    Row("release", "POST", ONE, 400, REVIEWERS, IN_REVIEW, {"meaning": "approved"}),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method}-{row.path}-{row.data.get('meaning', '')}")
def test_c09_c10_on_the_pages_of_releases_everybody_may_just_what_the_table_says(
    row: Row, people: dict[str, User], places: dict[bool, Project], browser: Browser
):
    clients = {persona: browser(people[persona]) if persona in people else Client() for persona in PERSONAS}
    told, expected = {}, {}
    releases = {project.id: Release.objects.filter(project=project)[0].id for project in places.values()}
    for status, persona in ((status, persona) for status in ALWAYS for persona in PERSONAS):
        project = places[persona != "visitor"]
        path = f"/projects/{project.id}/{row.path.format(release=releases[project.id])}"
        with rolled_back():
            Project.objects.filter(id=project.id).update(status=status)
            told[persona, status] = clients[persona].generic(row.method, path, **body(row)).status_code
        expected[persona, status] = row.expected(persona, status)
    assert told == expected


def body(row: Row) -> dict[str, Any]:
    if row.method == "GET":
        return {}
    encoded = "&".join(f"{name}={value}" for name, value in row.data.items())
    return {"data": encoded, "content_type": "application/x-www-form-urlencoded"}


def test_a_release_of_another_project_is_not_there(
    people: dict[str, User], places: dict[bool, Project], browser: Browser
):
    foreign = Release.objects.filter(project=places[False])[0]
    client = browser(people["owner"])
    for tail in ("", "passkey/", "reject/", "withdraw/"):
        assert client.get(f"/projects/{places[True].id}/releases/{foreign.id}/{tail}").status_code == 404
