"""Sites over REST and the engine's routes: answers, and what bad input gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from accounts.callers import Caller
from accounts.models import User
from projects.models import Project
from stages.replication.admission.invitations import read_invitation
from stages.replication.models import Invitation
from tests.replication.admission.world import Elsewhere, Home
from tests.rest.client import Api, members, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(owner: User) -> Api:
    return Api(owner)


@pytest.fixture
def sites(project: Project) -> str:
    return f"projects/{project.id}/sites/"


def test_an_invitation_is_made_listed_and_withdrawn(api: Api, sites: str) -> None:
    answer = api.post(f"{sites}invitations/", {"rights": "reads", "copies": True})
    made = members(answer)
    assert answer.status_code == 201
    assert read_invitation(made["text"]).code
    (listed,) = members(api.get(f"{sites}invitations/"))["results"]
    assert listed == {name: value for name, value in made.items() if name != "text"}
    assert (listed["rights"], listed["copies"], listed["used_at"]) == ("reads", True, None)
    withdrawn = members(api.post(f"{sites}invitations/{made['id']}/withdraw/"))
    assert withdrawn["withdrawn_at"]
    assert problem(api.post(f"{sites}invitations/{made['id']}/withdraw/")) == (409, "conflict")


def test_a_repeated_request_shows_the_code_no_second_time(api: Api, sites: str) -> None:
    key = str(uuid4())
    first = api.post(f"{sites}invitations/", {"rights": "writes"}, Idempotency_Key=key)
    second = api.post(f"{sites}invitations/", {"rights": "writes"}, Idempotency_Key=key)
    assert (first.status_code, second.status_code) == (201, 200)
    assert (members(second)["id"], members(second)["text"]) == (members(first)["id"], "")
    assert Invitation.objects.count() == 1


def test_a_site_is_listed_with_what_was_decided_about_it(api: Api, sites: str, bring: Callable[..., Elsewhere]) -> None:
    basel = bring("Basel", rights="reads")
    answer = members(api.get(sites))
    (listed,) = answer["results"]
    assert (answer["here"]["state"], answer["here"]["is_home"], answer["same"]["verdict"]) == ("here", True, "never")
    assert (listed["key"], listed["name"], listed["rights"]) == (basel.site_key, "Basel", "reads")
    assert (listed["behind"], listed["ahead"], listed["clock"], listed["skew_ms"]) == (0, 0, {}, None)
    assert (listed["state"], listed["is_linked"], listed["people"], listed["alarm"]) == ("never", False, [], None)
    one = f"{sites}{basel.site_key}/"
    changed = members(api.post(f"{one}rights/", {"rights": "writes", "reason": "They write now"}))
    assert changed["rights"] == "writes"
    revoked = members(api.post(f"{one}revoke/", {"reason": "Stolen laptop"}))
    assert (revoked["cut"], bool(revoked["revoked_at"])) == ({"number": 0, "hash": None}, True)
    admitted = members(api.post(f"{one}admit/", {"rights": "writes", "address": ""}))
    assert (admitted["revoked_at"], admitted["cut"], admitted["address"]) == (None, None, "")


@pytest.mark.parametrize("act", ["revoke", "rights"])
def test_a_decision_without_a_reason_is_refused(
    api: Api, sites: str, bring: Callable[..., Elsewhere], act: str
) -> None:
    one = f"{sites}{bring('Basel').site_key}/{act}/"
    assert problem(api.post(one, {})) == (400, "validation_failed")
    assert problem(api.post(one, {"reason": "  "})) == (400, "validation_failed")


@pytest.mark.parametrize("address", ["http://basel.example", "ws://10.0.0.1", "wss://", "wss://a b", "x", "wss://h:0"])
def test_an_address_that_no_link_may_dial_is_refused(api: Api, sites: str, address: str, settings: Any) -> None:
    settings.FOUNDRY_SITES_PLAIN = False
    one = f"{sites}{Elsewhere(uuid4()).site_key}/admit/"
    answer = api.post(one, {"rights": "writes", "address": address})
    assert problem(answer) == (400, "validation_failed")
    assert list(members(answer)["errors"]) == ["address"]


def test_a_key_that_is_none_is_refused(api: Api, sites: str) -> None:
    for key in ("abc", "00" * 32, "AB" * 32):
        assert problem(api.post(f"{sites}{key}/sync/")) == (400, "validation_failed")


def test_following_what_nobody_reported_is_refused(api: Api, sites: str, bring: Callable[..., Elsewhere]) -> None:
    assert problem(api.post(f"{sites}{bring('Basel').site_key}/follow/")) == (404, "not_found")


def test_a_project_that_is_here_is_not_joined_again(administrator: Caller, api: Api, sites: str) -> None:
    text = members(api.post(f"{sites}invitations/", {"rights": "writes"}))["text"]
    there = Api(administrator.user)
    for path in ("projects/join/", "/api/rpc/workspace/join"):
        assert problem(there.post(path, {"invitation": text})) == (409, "conflict")
        assert problem(there.post(path, {"invitation": "x"})) == (400, "validation_failed")
        assert problem(there.post(path, {})) == (400, "validation_failed")
        assert problem(api.post(path, {"invitation": text})) == (403, "permission_denied")
    plain = Home().invitation(address="ws://10.1.1.1")
    answer = there.post("projects/join/", {"invitation": plain})
    assert problem(answer) == (400, "validation_failed")
    assert "FOUNDRY_SITES_PLAIN" in members(answer)["detail"]


def test_a_workspace_is_a_project_whose_home_is_here(owner: User, api: Api) -> None:
    made = members(api.post("/api/rpc/workspace/create", {"name": "Oncology", "description": "Trials"}))
    project = Project.objects.get(pk=made["workspace_id"])
    assert (project.name, project.description, project.created_by, made["name"]) == (
        *("Oncology", "Trials", owner),
        "Oncology",
    )
    assert problem(api.post("/api/rpc/workspace/create", {"name": ""})) == (400, "validation_failed")
