"""Checks PostgreSQL: version, migrations, durability, connections, latency, clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kernel.doctor import Diagnoses, Diagnosis, bad, ok, warn

MIN_VERSION: Final = 16
WRITTEN_FOR: Final = 18
# By how many minors an older version is ahead of 18's: https://www.postgresql.org/support/versioning/.
MINORS_AHEAD: Final = {18: 0, 17: 6, 16: 10, 15: 14, 14: 19}
# Seconds.
SLOW: Final = 0.005
CLOCK_APART: Final = 1.0
# One-time codes are valid for 30 seconds before and after their own.
CLOCK_FAR_APART: Final = 30.0
ROUNDS: Final = 15
# The connections of a worker: for its jobs, and one that listens.
OF_A_WORKER: Final = 3


def examine(nodes: int) -> Diagnoses:
    """Check everything about the database except triggers and roles."""
    version, minor = divmod(int(one("SHOW server_version_num")), 10000)
    newest = newest_minor(version)
    if version < MIN_VERSION:
        yield bad("PostgreSQL", f"version {version}", f"Upgrade to {WRITTEN_FOR}: below {MIN_VERSION} nothing works.")
    elif version < WRITTEN_FOR:
        yield warn("PostgreSQL", f"version {version}.{minor}", f"Foundry is tested with {WRITTEN_FOR}.")
    elif newest is not None and minor < newest:
        yield warn(
            "PostgreSQL",
            f"version {version}.{minor}",
            f"Upgrade to {version}.{newest} or newer: minor versions fix faults.",
        )
    else:
        yield ok("PostgreSQL", f"version {version}.{minor}")
    yield _migrations()
    yield from _durability()
    yield _connections(nodes)
    yield distance("PostgreSQL", lambda: one("SELECT 1"))
    yield clock("PostgreSQL", lambda: float(one("SELECT extract(epoch FROM clock_timestamp())")))


def newest_minor(version: int) -> int | None:
    """The minor of a major version that was published with this build's client library; None if it cannot be derived.

    All supported versions of PostgreSQL get their minors on the same day.
    """
    library, minor = divmod(psycopg.pq.version(), 10000)
    if library != WRITTEN_FOR or version not in MINORS_AHEAD:
        return None
    return minor + MINORS_AHEAD[version]


def one(sql: str) -> Any:
    """The single value that a statement returns."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    return row[0] if row else None


def distance(subject: str, ask: Callable[[], object]) -> Diagnosis:
    """Check the round-trip time."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        ask()
        took.append(time.perf_counter() - began)
    words = f"answers in {median(took) * 1000:.1f} ms"
    if median(took) > SLOW:
        return warn(
            f"{subject} distance", words, "Every write asks several times: put it in the same room as the nodes."
        )
    return ok(f"{subject} distance", words)


def clock(subject: str, ask: Callable[[], float]) -> Diagnosis:
    """Check the difference between its clock and that of this node, corrected by the round-trip time."""
    began = time.time()
    there = ask()
    apart = there - (began + time.time()) / 2
    words = f"{apart:+.1f} s from this node's"
    if abs(apart) > CLOCK_FAR_APART:
        return bad(
            f"{subject} clock", words, "Run NTP on both: one-time codes are refused, and times on record mislead."
        )
    if abs(apart) > CLOCK_APART:
        return warn(f"{subject} clock", words, "Run NTP on both: times in logs and on record do not fit together.")
    return ok(f"{subject} clock", words)


def _migrations() -> Diagnosis:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        first = missing[0][0]
        return bad(
            "Migrations", f"{len(missing)} missing, {first} first", "manage.py migrate, as the owner of the tables."
        )
    return ok("Migrations", "all applied")


def _durability() -> Diagnoses:
    for name in ("fsync", "full_page_writes"):
        if one(f"SHOW {name}") != "on":
            yield bad(name, "off", f"Set {name} = on: a power cut loses or breaks what was confirmed.")
        else:
            yield ok(name, "on")
    commit = one("SHOW synchronous_commit")
    if commit == "off":
        yield bad("synchronous_commit", commit, "Set it to on: a crash loses saves that were confirmed.")
    else:
        yield ok("synchronous_commit", commit)


def _connections(nodes: int) -> Diagnosis:
    """Check that the pools of all nodes fit; a pool that cannot grow makes requests wait and then fail."""
    pool = settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"]
    reserved = int(one("SHOW superuser_reserved_connections")) + int(
        one("SHOW reserved_connections") if _reserves() else 0
    )
    room = int(one("SHOW max_connections")) - reserved
    needed = nodes * pool + OF_A_WORKER
    words = f"{needed} needed by {nodes} node(s) of {pool} and a worker, {room} there are"
    if needed > room:
        return bad("Connections", words, f"Raise max_connections by {needed - room}, or lower FOUNDRY_*_THREADS.")
    return ok("Connections", words)


def _reserves() -> bool:
    """From PostgreSQL 16 on."""
    return one("SELECT 1 FROM pg_settings WHERE name = 'reserved_connections'") is not None
