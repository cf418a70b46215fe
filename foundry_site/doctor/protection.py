"""What the database itself protects: each trigger and function as the migrations made it, and who could undo that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation

from foundry_site.doctor.findings import Finding, Findings, bad, ok, warn

MADE_OR_DROPPED: Final = re.compile(
    r"CREATE (?:CONSTRAINT )?TRIGGER (\w+)\s.*?\sON\s+(\w+)"
    r"|DROP TRIGGER (?:IF EXISTS )?(\w+)"
    r"|CREATE (?:OR REPLACE )?FUNCTION (\w+)\(.*?AS \$\$(.*?)\$\$"
    r"|DROP FUNCTION (?:IF EXISTS )?(\w+)",
    re.DOTALL,
)
# Those of the queue are its own, and protect nothing.
NOT_OURS: Final = frozenset({"procrastinate"})

RESTORE: Final = "Find out who changed it, restore it from the migration, and run manage.py verify_audit."
TWO_ROLES: Final = "Give the application a role of its own: docs/deploy.md, Two roles."


def examine() -> Findings:
    """Triggers, functions, roles."""
    triggers, functions = made_by_migrations()
    yield from _triggers(triggers)
    yield from _functions(functions)
    yield from _role(sorted(set(triggers.values())))


def made_by_migrations() -> tuple[dict[str, str], dict[str, str]]:
    """What stands there once all migrations have run: triggers with their table, functions with their body."""
    triggers: dict[str, str] = {}
    functions: dict[str, str] = {}
    for sql in _statements():
        # In the order of the text: a migration drops what it makes anew.
        for match in MADE_OR_DROPPED.finditer(sql):
            trigger, table, gone_trigger, function, body, gone_function = match.groups()
            if trigger:
                triggers[trigger] = table
            elif function:
                functions[function] = body
            triggers.pop(gone_trigger or "", None)
            functions.pop(gone_function or "", None)
    return triggers, functions


def _statements() -> Iterator[str]:
    """The plain SQL of every migration, in the order in which they run."""
    graph = MigrationLoader(None).graph
    plan = dict.fromkeys(key for leaf in graph.leaf_nodes() for key in graph.forwards_plan(leaf))
    for key in plan:
        migration = graph.nodes[key]
        if migration is not None and key[0] not in NOT_OURS:
            yield from _sql_of(migration.operations)


def _sql_of(operations: Sequence[Operation]) -> Iterator[str]:
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _sql_of(operation.database_operations)
        elif isinstance(operation, RunSQL):
            statements = [operation.sql] if isinstance(operation.sql, str) else operation.sql
            yield from (str(each if isinstance(each, str) else each[0]) for each in statements)


def _triggers(expected: dict[str, str]) -> Findings:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgrelid::regclass::text, tgenabled FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgname = ANY(%s)",
            [list(expected)],
        )
        found = {name: (table, enabled) for name, table, enabled in cursor.fetchall()}
    wrong = list(_wrong_triggers(expected, found))
    yield from wrong
    if not wrong:
        yield ok("Triggers", f"{len(expected)} there and enabled")


def _wrong_triggers(expected: dict[str, str], found: dict[str, tuple[str, str]]) -> Iterator[Finding]:
    for name, table in sorted(expected.items()):
        if name not in found:
            yield bad("Triggers", f"{name} on {table} is missing", RESTORE)
        elif found[name][1] not in {"O", "A"}:
            mend = (
                f"ALTER TABLE {table} ENABLE TRIGGER {name}; then find out who did it and run manage.py verify_audit."
            )
            yield bad("Triggers", f"{name} on {table} is disabled", mend)


def _functions(expected: dict[str, str]) -> Findings:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE proname = ANY(%s)", [list(expected)])
        found = dict(cursor.fetchall())
    wrong = [name for name, body in sorted(expected.items()) if found.get(name) != body]
    for name in wrong:
        yield bad("Functions", f"{name} is not as the migrations made it", RESTORE)
    if not wrong:
        yield ok("Functions", f"{len(expected)} as the migrations made them")


def _role(tables: list[str]) -> Findings:
    """Whether the role that the application has could switch its own protection off."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        name, is_superuser = cursor.fetchone()
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND pg_has_role(relowner, 'MEMBER') ORDER BY relname",
            [tables],
        )
        owned = [row[0] for row in cursor.fetchall()]
    if is_superuser:
        yield bad("Role", f"{name} is a superuser", TWO_ROLES)
    elif owned:
        yield warn(
            "Role", f"{name} owns {owned[0]} and {len(owned) - 1} more, and could switch triggers off", TWO_ROLES
        )
    else:
        yield ok("Role", f"{name} owns no protected table")
