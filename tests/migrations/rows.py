"""All rows of a database, by hash, for the columns that it had at some moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import connection

Columns = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Renamed:
    """Where tables and columns of the last release are now, and what a migration changed on purpose.

    `tables` maps old names to new ones, `columns` (old table, old column) likewise; `changed` are the (table, column)
    that a migration rewrites or removes, each with its reason.
    """

    tables: Mapping[str, str]
    columns: Mapping[tuple[str, str], str]
    changed: Mapping[tuple[str, str], str]

    def table(self, name: str) -> str:
        return self.tables.get(name, name)

    def column(self, table: str, name: str) -> str:
        return self.columns.get((table, name), name)


def columns_now() -> dict[str, tuple[str, ...]]:
    """Every table of the schema with its columns, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position)"
            " FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)"
            " WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' GROUP BY table_name"
        )
        return {table: tuple(columns) for table, columns in cursor.fetchall()}


def hashes(
    columns: Columns, *, table_now: Callable[[str], str], column_now: Callable[[str, str], str]
) -> dict[str, Counter[str]]:
    """How often a row of each hash stands in each table, by the table's name at the last release."""
    found = {}
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table, names in columns.items():
            row = ", ".join(quoted(column_now(table, name)) for name in names)
            cursor.execute(f"SELECT md5(ROW({row})::text), count(*) FROM {quoted(table_now(table))} GROUP BY 1")
            found[table] = Counter(dict(cursor.fetchall()))
    return found
