"""Projects, members and events through REST."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from accounts.models import User
from projects.models import Project
from tests.rest.client import Api, members, problem

pytestmark = pytest.mark.django_db


def test_whoever_makes_a_project_owns_it(outsider: User) -> None:
    answer = Api(outsider).post("projects/", {"name": "Triage agent", "description": "Sorts."})
    assert answer.status_code == 201
    made = members(answer)
    assert made == {
        "id": made["id"],
        "name": "Triage agent",
        "description": "Sorts.",
        "is_private": True,
        "status": "open",
        "role": "owner",
        "current_version": 0,
        "created_at": made["created_at"],
        "created_by": outsider.person(),
    }
    assert members(Api(outsider).get(f"projects/{made['id']}/")) == made


def test_the_same_key_makes_one_project(owner: User) -> None:
    api, key = Api(owner), str(uuid4())
    first = api.post("projects/", {"name": "One"}, Idempotency_Key=key)
    again = api.post("projects/", {"name": "One"}, Idempotency_Key=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert members(first)["id"] == members(again)["id"]
    assert problem(api.post("projects/", {"name": "Two"}, Idempotency_Key=key)) == (409, "client_ref_reused")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x", "is_private": "yes"}, "is_private"),
        ({"name": "x", "description": None}, "description"),
    ],
)
def test_it_names_the_wrong_field(owner: User, given: dict[str, object], field: str) -> None:
    answer = Api(owner).post("projects/", given)
    assert problem(answer) == (400, "validation_failed")
    assert list(members(answer)["errors"]) == [field]


def test_i_see_my_projects_and_internal_ones(
    make_project: Callable[..., Project], owner: User, editor: User, outsider: User
) -> None:
    mine = make_project("Private", members={"editor": editor})
    internal = make_project("Internal", is_private=False)
    seen = {each["id"]: each["role"] for each in members(Api(editor).get("projects/"))["results"]}
    assert seen[str(mine.id)] == "editor"
    assert seen[str(internal.id)] == "viewer"
    assert str(mine.id) not in {each["id"] for each in members(Api(outsider).get("projects/"))["results"]}


def test_an_owner_changes_puts_away_and_reopens(project: Project, owner: User) -> None:
    api = Api(owner)
    assert members(api.patch(f"projects/{project.id}/", {"name": "New"}))["name"] == "New"
    assert members(api.post(f"projects/{project.id}/archive/"))["status"] == "archived"
    assert problem(api.patch(f"projects/{project.id}/", {"name": "X"})) == (409, "project_frozen")
    assert members(api.post(f"projects/{project.id}/reopen/", {"reason": "Needed again"}))["status"] == "open"


def test_members_come_change_and_go_for_a_reason(project: Project, owner: User, outsider: User) -> None:
    api, path = Api(owner), f"projects/{project.id}/members/"
    key = str(uuid4())
    answer = api.post(path, {"username": outsider.username, "role": "viewer"}, Idempotency_Key=key)
    assert answer.status_code == 201
    again = api.post(path, {"user_id": str(outsider.id), "role": "viewer"}, Idempotency_Key=key)
    assert (again.status_code, members(again)) == (200, members(answer))
    assert (members(answer)["user"], members(answer)["role"]) == (outsider.person(), "viewer")
    assert problem(api.post(path, {"user_id": str(outsider.id), "role": "viewer"})) == (409, "conflict")
    changed = api.patch(f"{path}{outsider.id}/", {"role": "editor", "reason": "Joins the team"})
    assert members(changed)["role"] == "editor"
    assert problem(api.patch(f"{path}{outsider.id}/", {"role": "owner"})) == (400, "validation_failed")
    assert [each["role"] for each in members(api.get(path))["results"]] == [
        "owner",
        "editor",
        "reviewer",
        "viewer",
        "editor",
    ]
    assert api.post(f"{path}{outsider.id}/remove/", {"reason": "Left"}).status_code == 204
    assert problem(api.post(f"{path}{outsider.id}/remove/", {"reason": "Left"})) == (404, "not_found")


def test_a_project_keeps_an_owner(project: Project, owner: User) -> None:
    path = f"projects/{project.id}/members/{owner.id}/"
    assert problem(Api(owner).post(f"{path}remove/", {"reason": "I leave"})) == (409, "conflict")
    assert problem(Api(owner).patch(path, {"role": "viewer", "reason": "I leave"})) == (409, "conflict")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"role": "viewer"}, "user_id"),
        ({"username": "nobody-of-that-name", "role": "viewer"}, "username"),
        ({"user_id": str(uuid4()), "role": "viewer"}, "user_id"),
        ({"user_id": "x", "role": "viewer"}, "user_id"),
        ({"username": "a", "role": "king"}, "role"),
    ],
)
def test_it_names_who_or_what_is_unknown(project: Project, owner: User, given: dict[str, str], field: str) -> None:
    answer = Api(owner).post(f"projects/{project.id}/members/", given)
    assert problem(answer) == (400, "validation_failed")
    assert list(members(answer)["errors"]) == [field]


def test_access_is_asked_for_before_shape(project: Project, viewer: User, outsider: User) -> None:
    for path, body in (
        ("", {"name": 7}),
        ("", {"name": ""}),
        ("members/", {}),
        ("drafts/", {}),
        ("locks/", {"field": 1}),
    ):
        send = Api.patch if path == "" else Api.post
        assert problem(send(Api(outsider), f"projects/{project.id}/{path}", body)) == (404, "not_found")
        assert problem(send(Api(viewer), f"projects/{project.id}/{path}", body)) == (403, "permission_denied")
        assert problem(send(Api(outsider), f"projects/{project.id}/{path}", b"{")) == (400, "validation_failed")


def test_events_are_caught_up_with_page_by_page(project: Project, viewer: User) -> None:
    api = Api(viewer)
    first = members(api.get(f"projects/{project.id}/events/?limit=3"))
    rest = members(api.get(first["next"].removeprefix("http://testserver")))
    events = first["results"] + rest["results"]
    assert rest["next"] is None
    assert [event["seq"] for event in events] == [1, 2, 3, 4]
    assert {event["name"] for event in events} == {"member.added"}
    assert events[0].keys() == {"seq", "name", "at", "actor", "data"}
    assert members(api.get(f"projects/{project.id}/events/?after=4"))["results"] == []
    for query in ("after=-1", "after=x", "limit=0", "limit=1001", "after=99999999999999999"):
        assert problem(api.get(f"projects/{project.id}/events/?{query}")) == (400, "validation_failed")
