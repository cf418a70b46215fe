"""What hangs on a record, a column or a table: what a person should know before they delete it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import product
from operator import or_
from typing import Final

from django.db.models import Q

from stages.registers.fold.views import Record
from stages.registers.models import Edge, Row
from stages.registers.reading.naming import Named, names_of
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column, Table
from stages.registers.schema.model import ENTITY

# More records that name one are counted, and not listed.
MAX_NAMED_BY: Final = 100


@dataclass(frozen=True, slots=True)
class Naming:
    """A record that names another one in a column of its table."""

    table: Table
    column: Column
    other: Named


@dataclass(frozen=True, slots=True)
class HangingOnTable:
    """How much a table holds: records, their links, and columns of other tables that name its records."""

    records: int
    links: int
    columns: tuple[tuple[Table, Column], ...]


def naming(reader: Reader, record: Record) -> list[Naming]:
    """The records that name this one in a column, of its tables in their order; at most `MAX_NAMED_BY`."""
    columns = [
        (table, column)
        for table in reader.schema.tables.values()
        for column in table.columns
        if column.type == ENTITY or column.reference
    ]
    if not columns:
        return []
    wanted = Q(facet__in={table.facet for table, _column in columns}) & reduce(
        or_, (_names(column, member) for (_table, column), member in product(columns, record.facts.members))
    )
    rows = Row.objects.filter(wanted, project_id=reader.project_id).order_by("key_number", "record")
    found = [
        (table, column, str(row.record))
        for row in rows.only("facet", "record", "shown")[:MAX_NAMED_BY]
        for table, column in columns
        if row.facet == table.facet and _named(row.shown.get(column.name)) in record.facts.members
    ]
    names = names_of(reader, {other for _table, _column, other in found})
    places = {facet: at for at, facet in enumerate(reader.schema.tables)}
    return [
        Naming(table, column, names[other])
        for table, column, other in sorted(found, key=lambda each: places[each[0].facet])
    ]


def values_in(reader: Reader, facet: str, column: str) -> int:
    """In how many records of a table a column has a value."""
    return Row.objects.filter(project_id=reader.project_id, facet=facet, shown__has_key=column).count()


def hanging_on_table(reader: Reader, facet: str) -> HangingOnTable:
    """What goes with a table."""
    rows = Row.objects.filter(project_id=reader.project_id, facet=facet)
    inside = rows.values("record")
    links = Edge.objects.filter(Q(source__in=inside) | Q(target__in=inside), project_id=reader.project_id, shown=True)
    return HangingOnTable(rows.count(), links.count(), tuple(_columns_to(reader, facet)))


def _columns_to(reader: Reader, facet: str) -> Iterator[tuple[Table, Column]]:
    for table in reader.schema.tables.values():
        for column in table.columns:
            if table.facet != facet and column.type == ENTITY and column.target == facet:
                yield table, column


def _names(column: Column, entity: str) -> Q:
    """Rows that name an entity in a column, whole or one of its fields."""
    whole = Q(shown__contains={column.name: {"entity": entity}})
    return whole | Q(shown__contains={column.name: {"reference": {"entity_id": entity}}})


def _named(value: object) -> object:
    if not isinstance(value, dict):
        return None
    reference = value.get("reference")
    return reference.get("entity_id") if isinstance(reference, dict) else value.get("entity")
