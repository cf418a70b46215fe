"""The permission matrix over REST (control c10): every address × every persona × every project status."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.urls import URLPattern
from pytest_django import DjangoDbBlocker

from accounts.callers import Caller, foundry_caller
from accounts.models import User
from accounts.services import create_token
from locking.sessions import open_session
from projects.models import Project
from tests.matrix import EVERYBODY, SITE_PERSONAS, Row, SiteRow, declared, things_in
from tests.rest.addresses import addresses
from tests.rest.client import Answer, Api, problem
from tests.rest.rolled_back import prepared_matrix, rolled_back

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def tokens(database_of_the_module: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    """A token of everybody who has an account."""
    with prepared_matrix(django_db_blocker) as people:
        caller = foundry_caller("command")
        yield {
            persona: create_token(caller=caller, name="test", user_id=people[persona].id)[1]
            for persona in SITE_PERSONAS
            if persona in people
        }


@pytest.fixture
def clients(tokens: dict[str, str], db: None) -> dict[str, Api]:
    return {persona: Api(token=tokens.get(persona)) for persona in SITE_PERSONAS}


@pytest.mark.generated
@pytest.mark.parametrize("row", declared("REST"), ids=lambda row: f"{row.method}-{row.name}")
def test_c10_in_a_project_everybody_may_just_what_the_table_says(
    row: Row, people: dict[str, User], places: dict[bool, Project], clients: dict[str, Api]
) -> None:
    told, expected = {}, {}
    things = {project.id: things_in(project) for project in places.values()}
    asked = "{session}" in f"{row.path} {row.body}"
    for status, persona in row.asked():
        project = places[persona != "visitor"]
        with rolled_back():
            Project.objects.filter(id=project.id).update(status=status)
            session = session_of(people.get(persona), project) if asked and persona in EVERYBODY else project.id
            names = {
                "session": str(session),
                "field": f"files/{persona}-{status}.md",
                "viewer": str(people["viewer"].id),
                "stranger": people["stranger"].username,
                **{name: str(thing) for name, thing in things[project.id].items()},
            }
            path = row.path_in(f"/api/v1/projects/{project.id}/", **names)
            body = filled(row.body, names) if row.method != "GET" else None
            answer = clients[persona].request(row.method, path, body)
        told[persona, status] = outcome(answer)
        expected[persona, status] = row.expected(persona, status)
    assert told == expected


@pytest.mark.parametrize("row", declared("SITE_REST"), ids=lambda row: f"{row.method}-{row.name}")
def test_c10_outside_of_projects_everybody_may_who_is_signed_in(row: SiteRow, clients: dict[str, Api]) -> None:
    told = {persona: outcome(clients[persona].request(row.method, row.path)) for persona in SITE_PERSONAS}
    assert told == {persona: row.expected(persona) for persona in SITE_PERSONAS}


def test_c10_every_address_and_method_stands_in_the_matrix() -> None:
    listed = {(row.name, row.method) for row in (*declared("REST"), *declared("SITE_REST"))}
    there = {(name, method) for name, pattern in addresses() if name.startswith("api_") for method in methods(pattern)}
    assert there == listed


def methods(pattern: URLPattern) -> list[str]:
    view: Any = getattr(pattern.callback, "cls", None) or pattern.callback.view_class  # type: ignore[attr-defined]
    return [name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)]


def outcome(answer: Answer) -> int | str:
    """The code of a refusal, the status of anything else."""
    return problem(answer)[1] if answer.status_code >= 400 else int(answer.status_code)


def filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str):
        return value.format(**names)
    if isinstance(value, list):
        return [filled(each, names) for each in value]
    return {key: filled(each, names) for key, each in value.items()} if isinstance(value, dict) else value


def session_of(user: User | None, project: Project) -> UUID:
    assert user is not None
    return open_session(caller=Caller(user=user, via="api"), project_id=project.id, connected=False).session_id
