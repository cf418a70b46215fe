"""The few statements that every hot write sends: planned once for each connection, and sent together.

Beside Django's cursors, which write the values into the text, so that Postgres plans every statement anew; on Django's
own connection, in its transaction, with its errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

# A statement and its values.
Statement = tuple[str, Sequence[Any]]
RowValues = tuple[Any, ...]
Rows = list[RowValues]
# SELECTs of one value each, and what they are given: one statement answers them together with others.
ScalarQueries = tuple[Sequence[str], Sequence[Any]]


def run(statement: Statement, *, binary: bool = False) -> Rows:
    """The rows of one statement; none where it gives none. `binary`: read as they are, without parsing texts."""
    with connection.wrap_database_errors:
        return _rows(_sent(_psycopg(), statement, binary=binary))


def run_together(statements: Sequence[Statement], *, binary: bool = False) -> list[Rows]:
    """The rows of each, in one round trip. Each sees what was committed when it begins (READ COMMITTED)."""
    with connection.wrap_database_errors:
        raw = _psycopg()
        with raw.pipeline():
            cursors = [_sent(raw, statement, binary=binary) for statement in statements]
        return [_rows(cursor) for cursor in cursors]


def select(wanted: Iterable[ScalarQueries]) -> Statement:
    """The SELECT that answers all of these in one row."""
    listed = list(wanted)
    columns = ", ".join(f"({each})" for columns, _parameters in listed for each in columns)
    return f"SELECT {columns}", [each for _columns, parameters in listed for each in parameters]


def ids_text(ids: Iterable[str | UUID]) -> str:
    """Many ids as the value of `%s::uuid[]`: psycopg writes a list of them one by one."""
    return f"{{{','.join(map(str, ids))}}}"


def database_now() -> datetime:
    """The time by PostgreSQL's clock, for limits that PostgreSQL judges: the clocks of nodes may be minutes apart."""
    now: datetime = run(("SELECT clock_timestamp()", []))[0][0]
    return now


def _psycopg() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    return raw


def _sent(raw: psycopg.Connection[Any], statement: Statement, *, binary: bool = False) -> psycopg.Cursor[Any]:
    return psycopg.Cursor(raw).execute(*statement, prepare=True, binary=binary)


def _rows(cursor: psycopg.Cursor[Any]) -> Rows:
    # Not `cursor.description`, which creates an object for each column.
    result = cursor.pgresult
    return cursor.fetchall() if result is not None and result.nfields else []
