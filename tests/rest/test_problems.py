"""Every error is a problem of RFC 9457 with a code of the protocol; no traceback reaches a client."""

from __future__ import annotations

import json

import psycopg.errors
import pytest
import redis.exceptions
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from accounts import api
from accounts.models import User
from tests.rest.client import Api, members, problem

pytestmark = pytest.mark.django_db


def test_nobody_is_asked_for_a_token() -> None:
    answer = Api().get("me/")
    assert problem(answer) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="Foundry"'


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer fdy_wrong", "bearer a b", "Basic YTpi", "Bearer \x00"])
def test_it_refuses_a_bad_authorization(header: str) -> None:
    assert problem(Api().get("me/", Authorization=header)) == (401, "not_authenticated")


def test_a_bad_token_is_not_saved_by_a_good_cookie(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    assert client.get("/api/v1/me/").status_code == 200
    assert client.get("/api/v1/me/", headers={"Authorization": "Bearer fdy_wrong"}).status_code == 401


def test_a_cookie_needs_the_csrf_token(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    answer = client.delete("/api/v1/auth/tokens/01890000-0000-7000-8000-000000000000/")
    assert problem(answer) == (403, "permission_denied")


@pytest.mark.parametrize("path", ["", "nothing/", "me", "projects/1/", "auth/tokens/x/"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
def test_an_unknown_address_is_not_found(owner: User, path: str, method: str) -> None:
    assert problem(Api(owner).request(method, path)) == (404, "not_found")


def test_an_unknown_address_tells_nobody_anything() -> None:
    assert problem(Api().get("nothing/")) == (401, "not_authenticated")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_it_names_the_methods_that_are_possible(owner: User, method: str) -> None:
    answer = Api(owner).request(method, "me/")
    assert problem(answer) == (405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD"


def test_it_speaks_json_only(owner: User) -> None:
    assert problem(Api(owner).get("me/", Accept="text/html")) == (406, "not_acceptable")
    assert Api(owner).get("me/", Accept="text/html, */*").status_code == 200


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"]
)
def test_it_understands_json_only(content_type: str) -> None:
    answer = Client().generic("POST", "/api/v1/auth/tokens/", b"username=a", content_type=content_type)
    assert problem(answer) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"{'a': 1}",
        b'{"name": NaN}',
        b'{"name": 1e999}',
        b'{"name": 9007199254740993}',
        b'{"name": "\\u0000"}',
        b'{"name": "\\ud800"}',
        b'{"name": "\xff"}',
        b'{"name": 1, "name": 2}',
        b'{"name": ' + b"[" * 101 + b"]" * 101 + b"}",
        b'{"name": ' + b"[" * 100_000,
    ],
)
def test_it_refuses_what_is_no_strict_json(body: bytes) -> None:
    answer = Api().post("auth/tokens/", body)
    assert problem(answer) == (400, "validation_failed")
    assert list(members(answer)["errors"]) == ["body"]


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({}, {"username", "password", "name"}),
        ({"username": 1, "password": True, "name": None}, {"username", "password", "name"}),
        ({"username": "a", "password": "b", "name": ["c"]}, {"name"}),
        ({"username": "a", "password": "b", "name": ""}, {"name"}),
        ({"username": "a" * 151, "password": "b", "name": "c"}, {"username"}),
    ],
)
def test_it_names_the_wrong_fields(given: dict[str, object], fields: set[str]) -> None:
    answer = Api().post("auth/tokens/", given)
    assert problem(answer) == (400, "validation_failed")
    assert members(answer)["errors"].keys() == fields


def test_a_message_has_a_limit() -> None:
    body = json.dumps({"name": "x" * settings.FOUNDRY_MAX_MESSAGE_BYTES})
    assert problem(Api().post("auth/tokens/", body)) == (413, "payload_too_large")


@pytest.mark.parametrize(
    "key", ["", "x", "1", "{01890000-0000-7000-8000-000000000000}", "01890000000070008000000000000000"]
)
def test_it_refuses_a_key_that_is_no_uuid(owner: User, key: str) -> None:
    path = "auth/tokens/01890000-0000-7000-8000-000000000000/"
    answer = Api(owner).delete(path, Idempotency_Key=key)
    assert problem(answer) == (400, "validation_failed")
    assert list(members(answer)["errors"]) == ["Idempotency-Key"]


@pytest.mark.parametrize(
    "fault",
    [
        OperationalError("the connection is lost"),
        OperationalError(psycopg.errors.LockNotAvailable("canceling statement due to lock timeout")),
        redis.exceptions.ConnectionError("refused"),
        redis.exceptions.BusyLoadingError("LOADING"),
    ],
)
def test_storage_that_is_away_is_an_honest_503(owner: User, monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def fail(_user: User) -> None:
        raise fault

    monkeypatch.setattr(api, "account_body", fail)
    answer = Api(owner).get("me/")
    assert problem(answer) == (503, "unavailable")
    assert int(answer["Retry-After"]) > 0
    assert "refused" not in answer.content.decode()


def test_a_mistake_of_ours_shows_nothing_of_itself(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_user: User) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(api, "account_body", fail)
    client = Client(raise_request_exception=False, headers=Api(owner).headers)
    answer = client.get("/api/v1/me/")
    assert problem(answer) == (500, "internal_error")
    assert "secret" not in answer.content.decode()
