"""The permission matrix over REST (control c10): every address × every persona × every project status."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.callers import Caller, foundry_caller
from accounts.models import User
from accounts.services import update_account
from locking.sessions import open_session
from projects.models import Project
from projects.services import remove_member
from tests.rest.client import Answer, Api, problem
from tests.rest.matrix import ALWAYS, ELSEWHERE, EVERYBODY, OF_A_PROJECT, PERSONAS, Row
from tests.rest.undone import undone
from tests.writers import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(owner: User, make_user: Callable[..., User]) -> dict[str, User]:
    """Everybody of the matrix but the anonymous one, and a stranger who may be let in."""
    names = ("editor", "reviewer", "viewer", "visitor", "auditor", "outsider", "stranger")
    people = {"owner": owner, **{name: make_user(name) for name in names}}
    auditor = update_account(caller=foundry_caller("command"), user_id=people["auditor"].id, is_auditor=True)
    return {**people, "auditor": auditor}


@pytest.fixture
def places(
    people: dict[str, User],
    make_project: Callable[..., Project],
    make_user: Callable[..., User],
    caller_for: Callable[..., Caller],
) -> dict[bool, Project]:
    """A private project, and an internal one for the visitor; two versions each, by somebody who has left since."""
    former = make_user("former")
    roles = {role: people[role] for role in ("reviewer", "viewer")}
    places = {}
    for is_private in (True, False):
        project = make_project(members={**roles, "editor": former}, is_private=is_private)
        writer = Writer(caller_for(former), project)
        writer.save({"prompt_text": "one", "files/a.md": {"content": ""}}, writer.take(), writer.take("files/a.md"))
        writer.save({"prompt_text": "two"}, writer.take(), base=1, release_locks=True)
        writer.give_back("files/a.md")
        remove_member(caller=caller_for(people["owner"]), project_id=project.id, user_id=former.id, reason="Left")
        Api(people["owner"]).post(
            f"projects/{project.id}/members/", {"user_id": str(people["editor"].id), "role": "editor"}
        )
        places[is_private] = project
    return places


@pytest.fixture
def clients(people: dict[str, User]) -> dict[str, Api]:
    return {persona: Api(people.get(persona)) for persona in PERSONAS}


@pytest.mark.parametrize("row", OF_A_PROJECT, ids=lambda row: f"{row.method}-{row.name}")
def test_c10_in_a_project_everybody_may_just_what_the_table_says(
    row: Row, people: dict[str, User], places: dict[bool, Project], clients: dict[str, Api]
) -> None:
    told, expected = {}, {}
    for status, persona in ((status, persona) for status in ALWAYS for persona in PERSONAS):
        project = places[persona != "visitor"]
        with undone():
            Project.objects.filter(id=project.id).update(status=status)
            session = session_of(people.get(persona), project) if persona in EVERYBODY else project.id
            names = {
                "session": str(session),
                "field": f"files/{persona}-{status}.md",
                "viewer": str(people["viewer"].id),
                "stranger": people["stranger"].username,
            }
            path = f"projects/{project.id}/{row.path}".format(**names)
            body = filled(row.body, names) if row.method != "GET" else None
            answer = clients[persona].request(row.method, path, body)
        told[persona, status] = outcome(answer)
        expected[persona, status] = row.expected(persona, status)
    assert told == expected


@pytest.mark.parametrize("row", ELSEWHERE, ids=lambda row: f"{row[1]}-{row[0]}")
def test_c10_outside_of_projects_everybody_may_who_is_signed_in(
    row: tuple[str, str, str, int | str, int | str], clients: dict[str, Api]
) -> None:
    _name, method, path, for_everybody, for_anonymous = row
    told = {persona: outcome(clients[persona].request(method, path)) for persona in PERSONAS}
    assert told == dict.fromkeys(PERSONAS, for_everybody) | {"anonymous": for_anonymous}


def test_c10_every_address_and_method_stands_in_the_matrix() -> None:
    listed = {(row.name, row.method) for row in OF_A_PROJECT} | {(row[0], row[1]) for row in ELSEWHERE}
    there = {
        (str(pattern.name), method)
        for pattern in patterns(get_resolver("foundry_site.api_urls").url_patterns)
        if pattern.name is not None
        for method in methods(pattern)
    }
    assert there == listed


def patterns(found: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in found:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns)
        else:
            yield pattern


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
