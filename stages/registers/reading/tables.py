"""The tables of a project, and how much is in them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from stages.registers.models import Conflict, Row
from stages.registers.reading.reader import Reader
from stages.registers.schema import Table


@dataclass(frozen=True, slots=True)
class TableSummary:
    """A table, and how many records are in it."""

    table: Table
    count: int


def tables(project_id: UUID, *, reader: Reader | None = None) -> list[TableSummary]:
    """The tables that people made, in their order."""
    reader = reader or Reader(project_id)
    rows = Row.objects.filter(project_id=project_id, facet__in=list(reader.schema.tables))
    counts = dict(rows.order_by().values_list("facet").annotate(Count("record")))
    return [TableSummary(table, counts.get(facet, 0)) for facet, table in reader.schema.tables.items()]


def open_conflicts(project_id: UUID) -> int:
    """How much waits for a decision."""
    return Conflict.objects.filter(project_id=project_id, resolved_at=None).count()
