"""Signing in by a code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from foundry_station.link.backoff import Backoff
from foundry_station.link.sign_in import (
    Identity,
    ServerAway,
    SignInFailed,
    begin,
    checked_address,
    wait_for_decision,
)
from tests.station.site import Site
from tests.station.web import SignInServer, serving


@pytest.fixture
def server() -> Iterator[SignInServer]:
    with serving(SignInServer(Site())) as server:
        yield server


def sign_in(server: SignInServer) -> tuple[Identity, list[float]]:
    waits: list[float] = []
    with httpx.Client(trust_env=False) as client:
        codes = begin(client, server.address, "laptop")
        return wait_for_decision(client, server.address, codes, sleep=waits.append), waits


def test_it_waits_until_somebody_confirms(server: SignInServer) -> None:
    server.answers = ["authorization_pending", "slow_down", "authorization_pending", "token"]
    identity, waits = sign_in(server)
    assert (identity.station, identity.key, identity.site) == (server.site.station, server.site.key, server.site.id)
    assert waits == [0, 0, 5, 5], "slow_down adds five seconds"
    assert server.machine["name"] == "laptop"
    assert server.machine.keys() == {"name", "system", "version"}


@pytest.mark.parametrize(
    ("error", "words"), [("access_denied", "denied"), ("expired_token", "expired"), ("invalid_grant", "used already")]
)
def test_an_end_is_said(server: SignInServer, error: str, words: str) -> None:
    server.answers = ["authorization_pending", error]
    with pytest.raises(SignInFailed, match=words):
        sign_in(server)


def forged(body: dict[str, Any]) -> None:
    head, claims, _ = body["id_token"].split(".")
    body["id_token"] = f"{head}.{claims}.{'A' * 86}"


def foreign(body: dict[str, Any]) -> None:
    body["site"]["key"] = "0" * 64


def another(body: dict[str, Any]) -> None:
    body["station"]["id"] = "another"


@pytest.mark.parametrize("change", [forged, foreign, another, dict.clear])
def test_an_answer_that_the_site_has_not_sealed_is_refused(server: SignInServer, change: Any) -> None:
    server.change = change
    with pytest.raises(SignInFailed):
        sign_in(server)


def test_the_key_that_was_compared_is_the_one_that_seals(server: SignInServer) -> None:
    with httpx.Client(trust_env=False) as client:
        codes = begin(client, server.address)
        assert codes.site_key == server.site.key
        other = replace(codes, site_key="0" * 64)
        with pytest.raises(SignInFailed, match="not the one that was shown"):
            wait_for_decision(client, server.address, other, sleep=lambda _: None)


def test_a_server_that_is_not_there_is_away() -> None:
    with httpx.Client(trust_env=False) as client, pytest.raises(ServerAway):
        begin(client, "http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("address", "checked"),
    [
        ("foundry.example.org", "https://foundry.example.org"),
        ("https://foundry.example.org/sub/", "https://foundry.example.org/sub"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_addresses(address: str, checked: str) -> None:
    assert checked_address(address) == checked


@pytest.mark.parametrize("address", ["http://foundry.example.org", "ftp://x", "https://", "https://x/?a=b"])
def test_addresses_that_are_refused(address: str) -> None:
    with pytest.raises(SignInFailed):
        checked_address(address)
    assert checked_address("http://foundry.example.org", insecure=True)


def test_stations_come_back_spread_over_time() -> None:
    """Case 37's part on the stations: no second holds more than a tenth of those that a node has lost."""
    waits = []
    for _ in range(2000):
        backoff = Backoff()
        backoff.connected()
        waits.append(backoff.next())
    seconds = [int(wait) for wait in waits]
    assert max(seconds.count(second) for second in set(seconds)) < 200
    assert max(waits) <= 60
    bounds = [max(Backoff().next() for _ in range(50)) for _ in range(1)]
    assert bounds[0] <= 2
    backoff = Backoff()
    assert all(1 <= backoff.next() <= 60 for _ in range(20))
