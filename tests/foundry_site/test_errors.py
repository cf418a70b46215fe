"""What is answered where no view could: never a traceback, under ``/api/`` always problem details."""

from __future__ import annotations

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.rest.client import problem


@pytest.fixture
def client() -> Client:
    """One that does not raise what the server has answered."""
    found = Client(raise_request_exception=False)
    found.cookies["sessionid"] = "a-session"
    return found


def broken(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def load(self: SessionStore) -> None:
        raise fault

    monkeypatch.setattr(SessionStore, "load", load)


@pytest.mark.parametrize("fault", [OperationalError("the connection is lost"), RedisConnectionError("refused")])
@pytest.mark.parametrize("path", ["/projects/", "/api/v1/me/", "/accounts/login/"])
def test_storage_that_is_away_is_a_503(
    client: Client, monkeypatch: pytest.MonkeyPatch, fault: Exception, path: str
) -> None:
    broken(monkeypatch, fault)
    answer = client.get(path)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert str(fault) not in answer.content.decode()


@pytest.mark.parametrize("path", ["/projects/", "/api/v1/me/"])
def test_a_mistake_shows_nothing_of_itself(client: Client, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    broken(monkeypatch, RuntimeError("the secret inside"))
    answer = client.get(path)
    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_a_request_to_an_unknown_host_is_a_problem_too(client: Client) -> None:
    answer = client.get("/api/v1/me/", headers={"Host": "elsewhere.example"})
    assert problem(answer) == (400, "validation_failed")
    assert client.get("/projects/", headers={"Host": "elsewhere.example"}).status_code == 400
