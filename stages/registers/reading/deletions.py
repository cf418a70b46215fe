"""What was deleted and is still deleted: records, columns and tables, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from stages.registers.fold.ids import COLUMN, TABLE
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import DeleteEntity
from stages.registers.fold.views import Record, as_it_was
from stages.registers.models import Operation as OperationRow
from stages.registers.models import Record as RecordRow
from stages.registers.reading.naming import Named, names_of
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column, Table
from stages.registers.storing.bundles import operation_of_text

# Deletions that are looked at for one page.
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Deleted:
    """A record, a column (with its table) or a table that was deleted, by the operation that did it last."""

    by: Operation
    name: Named | None = None
    table: Table | None = None
    column: Column | None = None


@dataclass(frozen=True, slots=True)
class Deletions:
    """Deleted things; `older` is the HLC before which there are more, empty for none."""

    found: tuple[Deleted, ...]
    older: str


def has_deletions(reader: Reader) -> bool:
    """Whether anything was deleted that is still deleted."""
    return RecordRow.objects.filter(project_id=reader.project_id, alive=False).exists()


def deletions(reader: Reader, *, before: str = "") -> Deletions:
    """What was deleted, the newest first."""
    rows = OperationRow.objects.filter(project_id=reader.project_id, kind=DeleteEntity.__name__)
    if before:
        rows = rows.filter(hlc__lt=bytes.fromhex(before))
    listed = rows.order_by("-hlc", "-id").values_list("text", "bundle__site_key", "bundle__clock")[:MOST]
    operations = [operation_of_text(text, bytes(site).hex(), clock) for text, site, clock in listed]
    newest: dict[str, Operation] = {}
    for each in operations:
        if isinstance(each.payload, DeleteEntity):
            newest.setdefault(each.payload.entity_id, each)
    dead = {each: found for each, found in reader.records(newest).items() if not found.alive}
    names = names_of(reader, dead)
    found = (_deleted(reader, record, names[each], newest[each]) for each, record in dead.items())
    older = operations[-1].hlc if len(operations) == MOST else ""
    return Deletions(tuple(each for each in found if each is not None), older)


def removed_column(reader: Reader, entity: str) -> Column | None:
    """A column that was taken away from a table that is there."""
    return next((each for each in reader.removed_columns if each.entity == entity), None)


def _deleted(reader: Reader, record: Record, name: Named, by: Operation) -> Deleted | None:
    facets = {facet for _entity, facet in record.facts.facets}
    if TABLE in facets:
        facet = _text(record, TABLE, "facet")
        table = reader.removed.tables.get(facet)
        return Deleted(by, table=table) if table else None
    if COLUMN in facets:
        column = removed_column(reader, record.id)
        table = reader.schema.tables.get(column.table) if column else None
        return Deleted(by, table=table, column=column) if table else None
    known: Sequence[str] = [*reader.schema.tables, *reader.removed.tables]
    return Deleted(by, name=name, table=reader.table(name.facet)) if facets & set(known) else None


def _text(record: Record, facet: str, name: str) -> str:
    shown = as_it_was(record).fields.get(facet, {}).get(name)
    return str(shown.value) if shown else ""
