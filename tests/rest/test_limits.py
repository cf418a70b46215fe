"""How many requests an account and an address may send; with Redis and without."""

from __future__ import annotations

import time
from typing import Any

import pytest
import redis
from django.test import Client

from accounts import rate_limits as rates
from accounts.models import User
from tests.rest.client import Api, members, problem

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_minute_of_its_own(monkeypatch: pytest.MonkeyPatch, owner: User) -> None:
    """Counts are found by minute: one that no other test has, and which does not end in between."""
    minute = 10_000_000 + owner.id.int % 10_000_000
    monkeypatch.setattr(time, "time", lambda: minute * 60 + 15.0)
    monkeypatch.setattr(rates, "_counts", rates._RequestCounts())


def ask(api: Api, times: int) -> list[int]:
    return [api.get("me/").status_code for _ in range(times)]


def test_an_account_may_send_so_many_a_minute(owner: User, editor: User, settings: Any) -> None:
    settings.FOUNDRY_REST_RATE = 3
    api = Api(owner)
    assert ask(api, 3) == [200, 200, 200]
    refusal = api.get("me/")
    assert problem(refusal) == (429, "rate_limited")
    assert refusal["Retry-After"] == "46"
    assert members(refusal)["retry_after"] == 46
    assert ask(Api(owner), 1) == [429], "another token is no other account"
    assert ask(Api(editor), 1) == [200]


def test_pages_and_the_api_are_counted_together(owner: User, settings: Any, client: Client) -> None:
    settings.FOUNDRY_REST_RATE = 3
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    assert [client.get("/projects/").status_code for _ in range(2)] == [200, 200]
    assert ask(Api(owner), 2) == [200, 429]
    refusal = client.get("/projects/")
    assert (refusal.status_code, refusal["Retry-After"]) == (429, "46")
    assert "Too many requests" in refusal.content.decode()


def test_an_address_is_counted_before_it_is_anybody(owner: User, settings: Any) -> None:
    settings.FOUNDRY_ADDRESS_RATE = 3
    guessing = Api(token="fdy_" + "x" * 43)
    assert ask(guessing, 4) == [401, 401, 401, 429]
    assert problem(Api().post("auth/tokens/", {})) == (429, "rate_limited")
    assert ask(Api(owner), 1) == [429]


def test_nothing_is_counted_without_a_limit(owner: User, settings: Any) -> None:
    settings.FOUNDRY_REST_RATE = 0
    assert ask(Api(owner), 5) == [200] * 5


def test_a_minute_later_it_may_again(owner: User, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FOUNDRY_REST_RATE = 1
    api = Api(owner)
    assert ask(api, 2) == [200, 429]
    now = time.time() + 46
    monkeypatch.setattr(time, "time", lambda: now)
    assert ask(api, 2) == [200, 429]


def test_while_redis_is_away_each_node_counts_for_itself(
    owner: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FOUNDRY_REST_RATE = 3
    asked = []

    def away(name: str) -> None:
        asked.append(name)
        raise redis.ConnectionError("away")

    monkeypatch.setattr(rates, "get_redis_connection", away)
    assert ask(Api(owner), 5) == [200, 200, 200, 429, 429]
    assert len(asked) == 1, "a request does not wait for Redis again and again"
