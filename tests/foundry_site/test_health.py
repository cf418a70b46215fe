from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from foundry_site.demo import sign_in_file
from foundry_site.observability import health
from foundry_site.observability.bounded_call import BoundedCall
from tests.gateway.nodes import serving
from tests.patience import PATIENCE


def test_it_lives_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_it_is_ready_when_everything_answers(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


@pytest.mark.django_db
def test_a_database_without_its_migrations_is_not_ready() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'audit'")
    assert health.database() == "The database is not migrated."


def test_what_is_missing_is_told_as_a_problem(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    unmigrated = BoundedCall(lambda: "The database is not migrated.")
    monkeypatch.setitem(health.SERVICES, "PostgreSQL", unmigrated)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"] == "2"
    assert answer.json()["code"] == "unavailable"
    assert answer.json()["detail"] == "The database is not migrated."


@pytest.mark.django_db
def test_it_is_not_ready_before_the_demo(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.FOUNDRY_DEMO, settings.FOUNDRY_DATA_DIR = True, tmp_path
    assert client.get("/readyz").json()["detail"] == "The demo project is not made yet."
    sign_in_file.write(tmp_path, {"url": "http://localhost:1/", "project_id": "p", "accounts": []})
    assert client.get("/readyz").status_code == 200


def test_it_names_what_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    away = redis.Redis(unix_socket_path="/nowhere/valkey.sock", retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(health, "get_redis_connection", lambda _alias: away)

    class AwayDatabase:
        def __init__(self, _connection: object) -> None:
            raise OperationalError("the connection failed")

    monkeypatch.setattr(health, "MigrationRecorder", AwayDatabase)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "PostgreSQL does not answer. Redis does not answer."


def test_what_hangs_is_asked_once_however_often_it_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    hanging, asked = threading.Event(), []

    def hang() -> str:
        asked.append(1)
        hanging.wait(PATIENCE)
        return "answered"

    call = BoundedCall(hang)
    futures = [call.start() for _ in range(10)]
    assert len(asked) <= 1
    hanging.set()
    assert {future.result(PATIENCE) for future in futures} == {"answered"}
    assert len(asked) == 1


@pytest.fixture
def silent_service() -> Iterator[int]:
    """A port that takes every connection and never says a word, as a stopped process does."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        yield server.getsockname()[1]


async def test_it_answers_in_a_moment_while_both_services_hang_and_every_thread_with_them(
    silent_service: int,
) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://nobody@127.0.0.1:{silent_service}/foundry?connect_timeout={10 * PATIENCE:.0f}",
        "REDIS_URL": f"redis://127.0.0.1:{silent_service}",
        "DJANGO_SETTINGS_MODULE": "foundry_site.settings",
        # More than there are threads for pages.
        "FOUNDRY_REST_THREADS": "2",
    }
    async with serving(environment) as server:
        stuck = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(4)]
        for _, writer in stuck:
            writer.write(b"GET /api/v1/me/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer fdy_x\r\n\r\n")
            await writer.drain()
        told = [await asyncio.to_thread(_problem, f"http://127.0.0.1:{server.port}/readyz") for _ in range(3)]
        assert told == ["PostgreSQL does not answer. Redis does not answer."] * 3
        for _, writer in stuck:
            writer.close()


def _problem(address: str) -> str:
    """The refusal at an address, which comes long before a service is given up."""
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(address, timeout=PATIENCE)
    assert refusal.value.code == 503
    detail: str = json.load(refusal.value)["detail"]
    return detail


def test_the_sign_in_file_is_for_its_owner_only(tmp_path: Path) -> None:
    demo: sign_in_file.Demo = {"url": "http://localhost:1/", "project_id": "p", "accounts": []}
    sign_in_file.write(tmp_path, demo)
    assert (tmp_path / sign_in_file.NAME).stat().st_mode & 0o777 == 0o600
    assert sign_in_file.read(tmp_path) == demo
