"""What each migration does, as text: its SQL, and the code of its Python steps.

Where the text comes from does not matter: a module that a migration imports may move, and docstrings and comments may
change. What reaches the database may not.
"""

from __future__ import annotations

import ast
import inspect
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython, SeparateDatabaseAndState

Key = tuple[str, str]
HEADING = "-- migration "


def own_apps() -> set[str]:
    """The labels of Foundry's own apps: those whose code lies in this repository."""
    installed = Path(sysconfig.get_path("purelib")).resolve()
    folders = {app.label: Path(app.path).resolve() for app in apps.get_app_configs()}
    own = {label for label, folder in folders.items() if settings.BASE_DIR.resolve() in folder.parents}
    return {label for label in own if installed not in folders[label].parents}


def migrations_now() -> dict[Key, Migration]:
    """Every migration of Foundry's own that is on disk."""
    own = own_apps()
    found = MigrationLoader(None).disk_migrations
    return {key: migration for key, migration in found.items() if key[0] in own}


def replaced_now() -> set[Key]:
    """The migrations that a squashed one stands for."""
    return {key for migration in migrations_now().values() for key in migration.replaces}


def texts_now() -> dict[Key, str]:
    """What each migration on disk does, by app and name. Needs a database, and writes nothing to it."""
    loader = MigrationLoader(connection)
    own, texts = own_apps(), {}
    state = None
    for key in _in_order(loader):
        migration = loader.disk_migrations[key]
        state = loader.project_state(key, at_end=False) if state is None else state
        if key[0] not in own:
            state = migration.mutate_state(state, preserve=False)
            continue
        with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
            state = migration.apply(state, editor, collect_sql=True)
        texts[key] = "\n".join([*_lines(editor.collected_sql), *_python(migration)])
    return texts


def _in_order(loader: MigrationLoader) -> list[Key]:
    plan: dict[Key, None] = {}
    for leaf in sorted(loader.graph.leaf_nodes()):
        plan.update(dict.fromkeys(loader.graph.forwards_plan(leaf)))
    return list(plan)


def _lines(collected: list[str]) -> Iterator[str]:
    """The statements without the headings that Django makes of an operation's description."""
    for statement in collected:
        yield from (line.rstrip() for line in statement.splitlines() if line.strip() and not line.startswith("--"))


def _python(migration: Migration) -> Iterator[str]:
    """The code beside the operations, where one of them runs Python: imports and docstrings say nothing of it."""
    if not any(isinstance(operation, RunPython) for operation in _flat(migration.operations)):
        return
    tree = ast.parse(Path(inspect.getfile(type(migration))).read_text())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [each for each in body if not _says_nothing(each)] or [ast.Pass()]  # type: ignore[attr-defined]
    yield from (f"-- python {line}".rstrip() for line in ast.unparse(tree).splitlines())


def _flat(operations: Sequence[Any]) -> Iterator[Any]:
    for operation in operations:
        yield operation
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)


def _says_nothing(node: ast.AST) -> bool:
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    is_operations = isinstance(node, ast.ClassDef) and node.name == "Migration"
    return is_text or is_operations or isinstance(node, ast.Import | ast.ImportFrom)


def spelled(texts: dict[Key, str]) -> str:
    """The text of `migrations.sql`."""
    return "\n".join(f"{HEADING}{app}.{name}\n{text}\n" for (app, name), text in sorted(texts.items()))


def parsed(text: str) -> dict[Key, str]:
    """The migrations that such a text holds."""
    found: dict[Key, str] = {}
    for part in f"\n{text}".split(f"\n{HEADING}")[1:]:
        name, _, body = part.partition("\n")
        app, _, migration = name.partition(".")
        found[app, migration] = body.strip()
    return found
