"""Releases over REST, from the submission to the frozen project."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from publishing.models import Release
from tests.publishing.reviews import PASSWORD, Review
from tests.rest.client import Api, members, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def apis(review: Review) -> dict[str, Api]:
    return {role: Api(user) for role, user in review.people.items()}


@pytest.fixture
def release_path(review: Review, apis: dict[str, Api]) -> str:
    name = {"name": "1.0.0", "version": 1}
    answer = apis["editor"].post(f"projects/{review.project.id}/releases/", name)
    assert answer.status_code == 201, answer.content
    return f"releases/{members(answer)['id']}/"


def proof_of(review: Review, role: str, **more: Any) -> dict[str, Any]:
    return {"username": review.people[role].username, "password": PASSWORD, **more}


def test_the_whole_way_from_submission_to_frozen(review: Review, apis: dict[str, Api], release_path: str):
    challenge = members(apis["reviewer"].get(f"{release_path}challenge/?meaning=reviewed&comment=Fine"))
    assert challenge["needs_username"] is True
    assert challenge["components"] == ["password"]
    assert challenge["statement"]["comment"] == "Fine"
    assert challenge["signable"]["reviewed"] is None
    assert "role" in challenge["signable"]["authored"]

    for role, meaning in (("editor", "authored"), ("reviewer", "reviewed"), ("owner", "approved")):
        body = proof_of(review, role, meaning=meaning, comment="Fine")
        answer = apis[role].post(f"{release_path}signatures/", body)
        assert answer.status_code == 201, answer.content
        signed = members(answer)
        assert signed["printed_name"] == role.title()
        assert {**json.loads(signed["statement"]), "key": None, "time": None}.keys() == challenge["statement"].keys()

    release = members(apis["viewer"].get(release_path))
    assert release["state"] == "released"
    assert [each["meaning"] for each in release["signatures"]] == ["authored", "reviewed", "approved"]
    assert review.status() == "frozen"
    listed = members(apis["viewer"].get(f"projects/{review.project.id}/releases/"))
    assert [each["name"] for each in listed["results"]] == ["1.0.0"]
    assert listed["suggested_name"] == "1.0.1"


def test_it_says_what_is_missing(review: Review, apis: dict[str, Api], release_path: str):
    apis["reviewer"].post(f"{release_path}signatures/", proof_of(review, "reviewer", meaning="reviewed"))

    release = members(apis["owner"].get(release_path))
    assert release["missing"] == {"authored": 1, "approved": 1}
    assert release["distinct_missing"] == 2


def test_a_wrong_password_is_403_and_too_many_are_429(review: Review, apis: dict[str, Api], release_path: str):
    wrong = proof_of(review, "owner", meaning="approved", password="wrong")
    for _ in range(settings.FOUNDRY_LOCKOUT_FAILURES):
        assert problem(apis["owner"].post(f"{release_path}signatures/", wrong)) == (403, "reauthentication_failed")
    answer = apis["owner"].post(f"{release_path}signatures/", proof_of(review, "owner", meaning="approved"))

    assert problem(answer) == (429, "rate_limited")
    assert int(answer["Retry-After"]) > 0


def test_the_same_key_again_is_the_first_answer(review: Review, apis: dict[str, Api], release_path: str):
    body = proof_of(review, "reviewer", meaning="reviewed")
    key = str(uuid4())
    first = apis["reviewer"].post(f"{release_path}signatures/", body, Idempotency_Key=key)
    again = apis["reviewer"].post(f"{release_path}signatures/", body, Idempotency_Key=key)

    assert (first.status_code, again.status_code) == (201, 200)
    assert members(first)["id"] == members(again)["id"]


@pytest.mark.parametrize("end", ["reject", "withdraw"])
def test_an_ended_review_opens_the_project(review: Review, apis: dict[str, Api], release_path: str, end: str):
    answer = apis["owner"].post(f"{release_path}{end}/", {"reason": "Section 3 is missing"})

    assert members(answer)["reason"] == "Section 3 is missing"
    assert review.status() == "open"
    assert problem(apis["owner"].post(f"{release_path}{end}/", {"reason": "Again"})) == (409, "project_frozen")


def test_the_policy_is_read_and_set(review: Review, apis: dict[str, Api]):
    path = f"projects/{review.project.id}/policy/"
    assert members(apis["viewer"].get(path))["distinct_people"] == 3

    answer = apis["owner"].request("PUT", path, {"signatures": {"approved": 2}, "distinct_people": 2})

    assert answer.status_code == 200
    assert members(apis["viewer"].get(path))["signatures"] == {"approved": 2}
    wrong = apis["owner"].request("PUT", path, {"signatures": {"witnessed": 1}})
    assert problem(wrong) == (400, "validation_failed")


def test_nobody_outside_hears_of_a_release(review: Review, outsider, release_path: str):
    api = Api(outsider)
    for path in (release_path, f"{release_path}challenge/", f"releases/{uuid4()}/"):
        assert problem(api.get(path)) == (404, "not_found")
    assert problem(api.post(f"{release_path}signatures/", {"meaning": "nonsense"})) == (404, "not_found")
    assert Release.objects.get().signatures.count() == 0
