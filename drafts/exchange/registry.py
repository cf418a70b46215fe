"""Which tables go into a project's file beside the format's own: sub-packages register theirs (control c03)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Model

from drafts.exchange.lines import KNOWN, moment

_tables: dict[str, type[Model]] = {}


def export_table(kind: str, model: type[Model]) -> None:
    """Export a table that has a `project`, as lines of type `kind`; called once from an app's `ready()`.

    Every column of every row goes out, so nothing secret may stand in one.
    """
    if kind in KNOWN:
        raise ValueError(f"lines of type {kind} are the format's own")
    _tables[kind] = model


def exported_tables() -> set[type[Model]]:
    """The tables that are registered."""
    return set(_tables.values())


def registered_rows(project_id: UUID) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every registered row of a project with its type: type by type in alphabetical order, then by key."""
    for kind in sorted(_tables):
        found = _tables[kind]._default_manager.filter(project=project_id)  # noqa: SLF001 (Django's documented name)
        for row in found.order_by("pk").iterator(chunk_size=2000):
            columns = row._meta.concrete_fields  # noqa: SLF001 (documented as well)
            yield kind, {column.attname: _as_json(getattr(row, column.attname)) for column in columns}


def _as_json(value: Any) -> Any:
    return msgspec.to_builtins(moment(value) if isinstance(value, datetime) else value)
