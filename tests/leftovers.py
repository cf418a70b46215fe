"""No test leaves anything in the clean database: it is named as soon as it does.

What is left there fails others, later and elsewhere: tests that count what a site holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests import databases

# Each write leaves its event, and the audit trail loses none.
_COMMITTED = "SELECT count(*) FROM audit_event"


class CleanDatabase:
    """The clean database of this process, looked at from a connection of its own."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection | None = None
        self._events = 0

    @contextmanager
    def watched(self, name: str) -> Iterator[None]:
        """Look at this database after each test."""
        with psycopg.connect(databases.address(name), autocommit=True) as self._connection:
            # Some tests hold the table until the last one of their file is done: the look is made after that one.
            self._connection.execute("SET lock_timeout = '100ms'")
            self._events = self._count(self._connection)
            yield
        self._connection = None

    def left(self) -> int:
        """How many events were committed since the last look; none where a test holds the table."""
        if self._connection is None:
            return 0
        try:
            events = self._count(self._connection)
        except psycopg.errors.LockNotAvailable:
            return 0
        before, self._events = self._events, events
        return self._events - before

    def _count(self, connection: psycopg.Connection) -> int:
        row = connection.execute(_COMMITTED).fetchone()
        return int(row[0]) if row else 0


CLEAN = CleanDatabase()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Fail a test that has committed to the clean database."""
    yield
    if left := CLEAN.left():
        pytest.fail(f"{left} events were committed to the clean database, by {item.nodeid} as a rule", pytrace=False)
