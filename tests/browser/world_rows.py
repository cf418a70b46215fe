"""The rows of a world that was made through the services, and copies of them for other tests.

A copy has accounts, a project and versions with identifiers of their own, and events that name these: PostgreSQL links
them to their chains as it links every other. So a copy verifies as what it was copied from (`test_world_rows.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from secrets import token_hex
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from uuid_utils.compat import uuid7

# In an order in which each finds what it refers to. The events come after the people, who are in them, and before all
# others, which have their times.
TABLES: Final = (
    "accounts_user",
    "projects_project",
    "projects_member",
    "locking_session",
    "locking_lease",
    "drafts_draft",
    "drafts_passage",
    "drafts_stay",
    "notifications_notification",
)
_ID: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OWNERS: Final = {"accounts_user": "id = ANY(%(people)s)", "projects_project": "id = %(project)s"}
# The columns that are written: no numbers that PostgreSQL counts, nothing that it derives.
_COLUMNS = """
SELECT quote_ident(column_name) FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s
AND is_generated = 'NEVER' AND is_identity = 'NO' ORDER BY ordinal_position
"""
_EVENTS = """
SELECT canonical, to_jsonb(at) #>> '{}' FROM audit_event
WHERE chain = %(project)s::text
OR (chain = 'site' AND target_id = ANY(%(people)s::text[] || %(project)s::text)) ORDER BY id
"""
_COPY_EVENTS = """
INSERT INTO audit_event (canonical)
SELECT value FROM jsonb_array_elements_text(%s::jsonb) WITH ORDINALITY ORDER BY ordinality
RETURNING to_jsonb(at) #>> '{}'
"""


@dataclass(frozen=True)
class WorldRows:
    """A project and its people: everything that PostgreSQL has of them, as JSON."""

    people: Mapping[str, UUID]
    project: UUID
    # What the names of the accounts end with.
    suffix: str
    events: tuple[tuple[str, str], ...]
    rows: Mapping[str, str]

    def copy(self) -> tuple[dict[str, UUID], UUID]:
        """Make the same again; its people by the names that they have in `people`, and its project."""
        fresh = self._fresh()

        def renewed(text: str) -> str:
            return _ID.sub(lambda found: fresh.get(found[0], found[0]), text).replace(f"-{self.suffix}", f"-{suffix}")

        suffix = token_hex(len(self.suffix) // 2)
        with transaction.atomic(), connection.cursor() as cursor:
            _insert(cursor, "accounts_user", renewed(self.rows["accounts_user"]))
            cursor.execute(_COPY_EVENTS, [json.dumps([renewed(canonical) for canonical, _ in self.events])])
            times = dict(zip((at for _, at in self.events), (row[0] for row in cursor.fetchall()), strict=True))
            known = re.compile("|".join(map(re.escape, times)))
            for table in TABLES[1:]:
                _insert(cursor, table, known.sub(lambda found: times[found[0]], renewed(self.rows[table])))
        people = {name: UUID(fresh[str(pk)]) for name, pk in self.people.items()}
        return people, UUID(fresh[str(self.project)])

    def _fresh(self) -> dict[str, str]:
        """Another identifier for each of its own, in the same order."""
        keys = ("id", "lease_id")
        own = {row[key] for rows in self.rows.values() for row in json.loads(rows) for key in keys if key in row}
        return {each: str(uuid7()) for each in sorted(own, key=str) if isinstance(each, str)}


def read_rows(people: Mapping[str, UUID], project: UUID, suffix: str) -> WorldRows:
    """What there is of a project and its people, before anything else happens to them."""
    known: dict[str, Any] = {"people": list(people.values()), "project": project}
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, known)
        events = tuple(cursor.fetchall())
        rows = {table: _rows_of(cursor, table, known) for table in TABLES}
    return WorldRows(dict(people), project, suffix, events, rows)


def _insert(cursor: Any, table: str, rows: str) -> None:
    columns = _columns(table)
    read = f"SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)"
    cursor.execute(f"INSERT INTO {table} ({columns}) {read}", [rows])


def _rows_of(cursor: Any, table: str, known: Mapping[str, Any]) -> str:
    owned = _OWNERS.get(table, "project_id = %(project)s")
    cursor.execute(f"SELECT coalesce(jsonb_agg(to_jsonb(each)), '[]')::text FROM {table} AS each WHERE {owned}", known)
    return str(cursor.fetchone()[0])


@cache
def _columns(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [table])
        found: Iterable[tuple[str]] = cursor.fetchall()
    return ", ".join(name for (name,) in found)
