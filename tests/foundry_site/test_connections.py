from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from foundry_site.connections import database_settings, redis_database
from foundry_site.postgres.base import has_ended
from tests.databases import address, current


def test_a_database_address_keeps_its_further_parameters() -> None:
    settings = database_settings(
        "postgresql://ann:p%40ss@db.example:6432/foundry?sslmode=verify-full&connect_timeout=2",
        pool_size=7,
        statement_timeout=30,
    )
    assert (settings["USER"], settings["PASSWORD"], settings["HOST"], settings["PORT"], settings["NAME"]) == (
        "ann",
        "p@ss",
        "db.example",
        "6432",
        "foundry",
    )
    assert settings["OPTIONS"]["sslmode"] == "verify-full"
    assert settings["OPTIONS"]["connect_timeout"] == "2"
    assert settings["OPTIONS"]["pool"]["max_size"] == 7


def test_the_operators_own_options_come_last_and_win() -> None:
    options = database_settings("postgresql://h/d?options=-c%20lock_timeout%3D9s", pool_size=1, statement_timeout=0)
    assert options["OPTIONS"]["options"].endswith("-c lock_timeout=9s")
    assert "-c lock_timeout=5s" in options["OPTIONS"]["options"]


@pytest.mark.parametrize(
    ("url", "next_url"),
    [
        ("redis://h:6379", "redis://h:6379/1"),
        ("redis://:secret@h:6379/4", "redis://:secret@h:6379/5"),
        ("rediss://h/0?ssl_cert_reqs=none", "rediss://h/1?ssl_cert_reqs=none"),
        ("redis://h?db=2", "redis://h?db=3"),
        ("unix:///tmp/a%20b/valkey.sock", "unix:///tmp/a%20b/valkey.sock?db=1"),
        ("unix:///tmp/valkey.sock?db=7", "unix:///tmp/valkey.sock?db=8"),
    ],
)
def test_the_next_database_of_a_redis(url: str, next_url: str) -> None:
    assert redis_database(url, 1) == next_url


def test_a_pooled_connection_that_the_server_has_ended_is_not_handed_out(committed_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (ended,) = cursor.fetchone()
    raw = connection.connection
    connection.close()
    with psycopg.connect(address(current()), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [ended])
    assert has_ended(raw)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() != (ended,)
