"""Every SQL statement that the product's Python code spells out, found in the source, and asked of Postgres."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db import connection
from psycopg.pq import ExecStatus

# Not the product's, or held against what they made (`tests/migrations`).
LEFT_OUT: Final = {"tests", "bench", "migrations", "node_modules", ".venv"}
_BEGINS: Final = re.compile(
    r"\s*(SELECT\s|INSERT INTO\s|UPDATE\s+\w+\s+(AS\s+\w+\s+)?SET\s|DELETE FROM\s|WITH\s+(RECURSIVE\s+)?\w+ AS)"
)
# What a module holds that holds a statement: most hold none, and need not be parsed.
_MAY_BEGIN: Final = re.compile("SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH")
_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)s|%s|%%")
_READS_EVENT: Final = re.compile(r"\bFROM event\b")
_INSERT: Final = re.compile(r"INSERT INTO (\w+)(?: AS \w+)? \(([^)]*)\)")
# Asked before it is known which types the values have: no fault of the statement's columns.
_UNKNOWN_TYPES: Final = {b"42P18", b"42P08"}
# The event as statements find it that go to Postgres together with it (`audit.services.record`).
_EVENT: Final = "event AS (INSERT INTO audit_event (canonical) VALUES ('') RETURNING *)"


@dataclass(frozen=True)
class RawSql:
    """A statement with the place where it stands."""

    place: str
    text: str

    def __str__(self) -> str:
        return self.place

    def inserts(self) -> dict[str, tuple[str, ...]]:
        """The columns that it writes, by table."""
        return {table: tuple(re.findall(r"\w+", names)) for table, names in _INSERT.findall(self.text)}


def statements(filled: Mapping[str, str]) -> list[RawSql]:
    """Those of the product with its installed stages.

    `filled` says what stands for the names in braces of those that are templates.
    """
    found = []
    for path in _modules(Path(settings.BASE_DIR)):
        parts = path.relative_to(settings.BASE_DIR).parts
        is_left_out = parts[0] == "stages" and len(parts) > 2 and not apps.is_installed(".".join(parts[:2]))
        # A station keeps its state in SQLite.
        is_left_out |= parts[0] == "station" or parts[:2] == ("tests", "station")
        source = "" if is_left_out else path.read_text()
        if _MAY_BEGIN.search(source):
            found += list(_in_module("/".join(parts), source, filled))
    return found


def _modules(root: Path) -> list[Path]:
    """Those of the product, without a look into folders of others, which are large."""
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        found += [Path(folder, name) for name in files if name.endswith(".py")]
    return sorted(found)


def _in_module(name: str, source: str, filled: Mapping[str, str]) -> Iterator[RawSql]:
    tree = ast.parse(source)
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(_part(value) for value in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            text = node.value
        else:
            continue
        for template, value in filled.items():
            text = text.replace(template, value)
        if _BEGINS.match(text):
            yield RawSql(f"{name}:{node.lineno}", text)


def _part(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return str(value.value)
    return f"{{{ast.unparse(value.value)}}}"  # type: ignore[attr-defined]


def fault_of(sql: str) -> str | None:
    """What Postgres says against a statement, without running it; None where every name in it is right."""
    connection.ensure_connection()
    raw: Any = connection.connection
    result = raw.pgconn.prepare(b"", _as_postgres(sql).encode())
    if result.status == ExecStatus.COMMAND_OK or result.error_field(ord("C")) in _UNKNOWN_TYPES:
        return None
    return str(result.error_message.decode()).strip()


def _as_postgres(sql: str) -> str:
    """With numbered placeholders, and after its event where it reads one."""
    if _READS_EVENT.search(sql) and not sql.lstrip().startswith("WITH"):
        sql = f"WITH {_EVENT}, step AS ({sql}) SELECT FROM event"
    names: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        return f"${names.setdefault(found[1] or str(len(names)), len(names) + 1)}"

    return _PLACEHOLDER.sub(numbered, sql)
