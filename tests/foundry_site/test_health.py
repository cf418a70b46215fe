from __future__ import annotations

from pathlib import Path

import pytest
import redis
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from foundry_site import health
from foundry_site.demo import sign_in_file


def test_it_lives_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_it_is_ready_when_everything_answers(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


@pytest.mark.django_db
def test_it_is_not_ready_before_the_migrations(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'audit'")
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


@pytest.mark.django_db
def test_it_names_what_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    away = redis.Redis(unix_socket_path="/nowhere/valkey.sock", retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(health, "get_redis_connection", lambda _alias: away)

    class AwayDatabase:
        def __init__(self, _connection: object) -> None:
            raise OperationalError("the connection failed")

    monkeypatch.setattr(health, "MigrationExecutor", AwayDatabase)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "PostgreSQL does not answer. Redis does not answer."


def test_the_sign_in_file_is_for_its_owner_only(tmp_path: Path) -> None:
    demo: sign_in_file.Demo = {"url": "http://localhost:1/", "project_id": "p", "accounts": []}
    sign_in_file.write(tmp_path, demo)
    assert (tmp_path / sign_in_file.NAME).stat().st_mode & 0o777 == 0o600
    assert sign_in_file.read(tmp_path) == demo
