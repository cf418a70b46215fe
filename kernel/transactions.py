"""The transaction of a write; a database that does not answer in time becomes a 503."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import psycopg_pool
from django.db import InterfaceError, OperationalError, connection, transaction

from kernel.errors import Unavailable

# A restarted Postgres also shows as a connection that is closed already.
_AWAY = (
    OperationalError,
    InterfaceError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg_pool.PoolTimeout,
)


@contextmanager
def unavailable_on_timeout() -> Iterator[None]:
    """Turn timeouts and a lost Postgres into `Unavailable`; the caller retries with the same `client_ref`."""
    try:
        yield
    except _AWAY as error:
        raise Unavailable from error


@contextmanager
def write_transaction() -> Iterator[None]:
    """The transaction of a service: all of it commits, or nothing."""
    with unavailable_on_timeout(), transaction.atomic():
        yield


@contextmanager
def one_moment() -> Iterator[None]:
    """Read everything inside from one snapshot; a transaction that is already open is left as it is."""
    own = not connection.in_atomic_block
    with unavailable_on_timeout(), transaction.atomic():
        if own:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
