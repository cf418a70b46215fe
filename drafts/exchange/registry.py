"""Who has rows to export: sub-packages register theirs, so that the export of a project is all of it (control c03)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Model

from drafts.exchange.lines import KNOWN, moment

# A project's rows as JSON values (times and UUIDs as text), in an order that does not change, without `type`.
Rows = Callable[[UUID], Iterable[Mapping[str, Any]]]

_exporters: dict[str, Rows] = {}


def register(kind: str, rows: Rows) -> None:
    """Export `rows` as lines of type `kind` (singular, lowercase); called once from an app's `ready()`."""
    if kind in KNOWN:
        raise ValueError(f"lines of type {kind} are the format's own")
    _exporters[kind] = rows


def registered_rows(project_id: UUID) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every registered row of a project with its type, type by type in alphabetical order."""
    for kind in sorted(_exporters):
        for row in _exporters[kind](project_id):
            yield kind, dict(row)


def rows_of_table(model: type[Model]) -> Rows:
    """Every column of a table with a `project`, row by row in the order of its key."""

    def rows(project_id: UUID) -> Iterator[Mapping[str, Any]]:
        found = model._default_manager.filter(project=project_id).order_by("pk")  # noqa: SLF001 (Django's documented way)
        for row in found.iterator(chunk_size=2000):
            yield {column.attname: _as_json(getattr(row, column.attname)) for column in row._meta.concrete_fields}  # noqa: SLF001

    return rows


def _as_json(value: Any) -> Any:
    return msgspec.to_builtins(moment(value) if isinstance(value, datetime) else value)
