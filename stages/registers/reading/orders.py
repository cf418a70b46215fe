"""The order of the records of a query, which is kept in memory until something is written to the project.

Whoever scrolls asks for block after block of one order, and sorting ten thousand rows takes longer than all the rest.
"""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils.translation import get_language

from drafts.memory import Memory
from stages.registers.reading.conditions import arrange, select
from stages.registers.reading.query import Query
from stages.registers.reading.reader import Reader

_KEPT: Final = 20
# An order of more records is not kept.
MAX_RECORDS: Final = 50_000
_SIZE: Final = 16
# How many there are, and the ids of all of them; of too many those of a block, from a byte on, this many bytes.
_ORDER: Final = """
SELECT count(*), CASE WHEN count(*) <= %s THEN string_agg(uuid_send(record), ''::bytea)
    ELSE substr(string_agg(uuid_send(record), ''::bytea), %s, %s) END FROM ({rows}) AS arranged
"""
# How long an order is kept at most, in seconds: `rebuild_registers` may repair rows without a write.
_AGE: Final = 60
# The newest bundle of each site is another one after every write. Values of filters are read in a language.
Key = tuple[UUID, frozenset[tuple[str, str | None]], Query, str | None, int]
_orders: Memory[Key, bytes] = Memory(_KEPT)


def read_order(reader: Reader, query: Query, offset: int = 0, limit: int | None = None) -> list[str]:
    """The ids of the records of a query, in its order, from `offset` (0 is the first), at most `limit`."""
    key = _key(reader, query)
    if (ids := _orders.recall([key]).get(key)) is None:
        count, ids = _read(reader, query, offset, limit)
        if count <= MAX_RECORDS and key[1]:
            _orders.keep({key: ids})
        if count > MAX_RECORDS:
            offset = 0
    end = len(ids) if limit is None else min(len(ids), (offset + limit) * _SIZE)
    return [str(UUID(bytes=ids[at : at + _SIZE])) for at in range(offset * _SIZE, end, _SIZE)]


def known_count(reader: Reader, query: Query) -> int | None:
    """How many records a query has, where its order is known."""
    key = _key(reader, query)
    ids = _orders.recall([key]).get(key)
    return None if ids is None else len(ids) // _SIZE


def _key(reader: Reader, query: Query) -> Key:
    heads = frozenset((site, head.hash) for site, head in reader.storage.heads.items())
    return reader.project_id, heads, query, get_language(), int(time.monotonic()) // _AGE


def _read(reader: Reader, query: Query, offset: int, limit: int | None) -> tuple[int, bytes]:
    rows = arrange(select(reader, query), reader, query).values_list("record", flat=True)
    size = 2**31 - 1 if limit is None else limit * _SIZE
    try:
        statement, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return 0, b""
    with connection.cursor() as cursor:
        cursor.execute(_ORDER.format(rows=statement), [MAX_RECORDS, offset * _SIZE + 1, size, *values])
        count, ids = cursor.fetchone()
    return count, bytes(ids or b"")
