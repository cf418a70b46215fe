"""The tables of replication as somebody finds them who may alter the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_TABLES = (
    "replication_peer",
    "replication_invitation",
    "replication_heldbundle",
    "replication_copiedevent",
    "replication_copiedcheckpoint",
    "replication_wantedcontent",
)


@contextmanager
def triggers_off() -> Iterator[None]:
    """What never changes can be changed meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
