"""The databases of one process of the tests.

Three kinds, all copies of one migrated template, which is kept until a migration changes:

- the clean one, for tests in a transaction that is rolled back. Nobody commits to it, so that the whole of it verifies
  at any time;
- the shared one, for tests that commit (fixture ``committed_db``). What they commit stays, for the audit trail refuses
  to be emptied. Some change rows behind the services' backs, and so the whole of it can never be verified;
- one of its own for a test that commits and verifies the whole database (fixture ``own_db``).
"""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

import psycopg
from django.apps import apps
from django.db import connection, connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

OURS = "foundry_test_"
TEMPLATES = "foundry_template_"
# What a verification of the whole shared database finds, in every process and any order of the tests.
NEVER_VERIFIED = "Shared by tests that commit: take own_db to verify the whole"


def current() -> str:
    """The name of the database that new connections open."""
    name: str = connections.databases["default"]["NAME"]
    return name


def address(name: str) -> str:
    """Where a database is, for a child process's ``DATABASE_URL`` and for psycopg."""
    here = connections.databases["default"]
    parameters = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return make_conninfo(dbname=name, **{each: here[key] for each, key in parameters.items() if here[key]})


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Every connection that is opened meanwhile, in any thread, goes to this database; this thread's begin anew."""
    before = current()
    _close()
    _choose(name)
    try:
        yield
    finally:
        _close()
        _choose(before)


@cache
def template() -> str:
    """The name of a database with all migrations applied; made once for all processes and runs."""
    from foundry_site.migrating import apply_migrations

    name = f"{TEMPLATES}{_migrations()}"
    with server() as main:
        main.execute("SELECT pg_advisory_lock(hashtext(%s))", [TEMPLATES])
        known = [row[0] for row in main.execute("SELECT datname FROM pg_database")]
        if name not in known:
            for outdated in known:
                if outdated.startswith(TEMPLATES):
                    drop(outdated)
            unfinished = new(template="template0")
            with connected_to(unfinished):
                apply_migrations()
            main.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name))
            )
    return name


def _migrations() -> str:
    """A name for the migrations as they are now, those of libraries included."""
    digest = sha256()
    for app in apps.get_app_configs():
        for file in sorted(Path(app.path).glob("migrations/*.py")):
            digest.update(f"{app.label} {file.name}\n".encode() + file.read_bytes())
    # From the models Django makes its permissions.
    digest.update(" ".join(model._meta.label for model in apps.get_models()).encode())
    return digest.hexdigest()[:16]


def new(*, template: str, name: str = "") -> str:
    """Make a database with everything that stands in ``template``, to which nobody may be connected; its name."""
    name = name or f"{OURS}{token_hex(8)}"
    with server() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    return name


def drop(name: str) -> None:
    """Remove a database, also from under a process that is just leaving it."""
    with server() as connection:
        # An autovacuum worker is not ours to end by FORCE; a DROP without it ends that one, and waits.
        with suppress(psycopg.errors.InsufficientPrivilege):
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def drop_leftovers() -> None:
    """Remove what a run left that was killed; for the run that has the server to itself."""
    with server() as connection:
        for (name,) in connection.execute("SELECT datname FROM pg_database").fetchall():
            if name.startswith(OURS):
                drop(name)


@contextmanager
def server() -> Iterator[psycopg.Connection]:
    """A connection for what is about databases as a whole."""
    with psycopg.connect(address("postgres"), autocommit=True) as connection:
        yield connection


def make_unverifiable() -> None:
    """Leave a record that its events do not derive, so that no test can rely on verifying the whole database."""
    from accounts.callers import foundry_caller
    from accounts.models import User
    from accounts.services import create_account

    somebody = create_account(caller=foundry_caller("command"), username="somebody", display_name=NEVER_VERIFIED)
    User.objects.filter(pk=somebody.pk).update(display_name="Somebody")


def _close() -> None:
    """Close this thread's connection; under an event loop, as while Chromium is driven, Django never uses it."""
    try:
        get_running_loop()
    except RuntimeError:
        connection.close()


def _choose(name: str) -> None:
    if name != current():
        connections.databases["default"]["NAME"] = name
        # Its connections lead to the other one.
        connection.close_pool()  # type: ignore[attr-defined] # of the PostgreSQL backend
