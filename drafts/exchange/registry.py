"""Who has rows to export: sub-packages register theirs, so that the export of a project is all of it (control c03)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from drafts.exchange.lines import KNOWN

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
