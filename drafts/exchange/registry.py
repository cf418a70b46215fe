"""Which tables go into a project's file beside the format's own: sub-packages register theirs (control c03)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Model

from drafts.exchange.lines import KNOWN, moment

# A row by its columns, as the database gives them.
Row = dict[str, Any]
# What is wrong with the rows of some types, looked at together: in words.
Check = Callable[[Mapping[str, list[Row]]], Iterator[str]]

# By type of line: the table, and the lookup that leads from a row to its project.
_tables: dict[str, tuple[type[Model], str]] = {}
_checks: dict[Check, frozenset[str]] = {}


def export_table(kind: str, model: type[Model], *, project: str = "project") -> None:
    """Export a table as lines of type `kind`; called once from an app's `ready()`.

    `project` is the lookup from a row to its project. Every column goes out (bytes as base64), so nothing secret may
    stand in one.
    """
    if kind in KNOWN:
        raise ValueError(f"lines of type {kind} are the format's own")
    _tables[kind] = (model, project)


def check_together(check: Check, *kinds: str) -> None:
    """Have every file's rows of these types looked at together, once each was compared with its events."""
    _checks[check] = frozenset(kinds)


def exported() -> dict[str, type[Model]]:
    """The tables that are registered, by type of line."""
    return {kind: model for kind, (model, _) in _tables.items()}


def is_kept(kind: str) -> bool:
    """Whether some check looks at all rows of a type together."""
    return any(kind in kinds for kinds in _checks.values())


def faults(rows: Mapping[str, list[Row]]) -> Iterator[str]:
    """What the checks find."""
    for check in _checks:
        yield from check(rows)


def registered_rows(project_id: UUID) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every registered row of a project with its type: type by type in alphabetical order, then by key."""
    for kind in sorted(_tables):
        model, project = _tables[kind]
        found = model._default_manager.filter(**{project: project_id})  # noqa: SLF001 (Django's documented name)
        for row in found.order_by("pk").iterator(chunk_size=2000):
            columns = row._meta.concrete_fields  # noqa: SLF001 (documented as well)
            yield kind, {column.attname: _as_json(getattr(row, column.attname)) for column in columns}


def _as_json(value: Any) -> Any:
    if isinstance(value, memoryview):
        value = bytes(value)
    return msgspec.to_builtins(moment(value) if isinstance(value, datetime) else value)
