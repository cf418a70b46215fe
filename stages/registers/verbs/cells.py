"""Values of cells: many at once, against what their person saw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from kernel.errors import Conflict, StaleBase
from stages.registers.fold.acts import Acts
from stages.registers.fold.effects import Key, Write, field_writes
from stages.registers.fold.payloads import Payload
from stages.registers.fold.values import spell
from stages.registers.fold.views import Record, raw_fields
from stages.registers.schema import Column, Schema
from stages.registers.schema.keys import find_record, key_of, lookup_of
from stages.registers.schema.model import ENTITY
from stages.registers.schema.values import check_value, read_text, refuse, show_text
from stages.registers.verbs.finding import column_of, prefetch_records, record_in, stored_record, table_of
from stages.registers.verbs.problems import Problems


@dataclass(frozen=True, slots=True)
class Cell:
    """A value for a field of a record, or with `typed` the text of one, as somebody typed or pasted it.

    `base` are the ids of the operations whose values the person saw there; None where it does not matter. `row` is how
    refusals name it, from 1.
    """

    record: str
    facet: str
    field: str
    value: Any = None
    typed: bool = False
    base: tuple[str, ...] | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class CellWrite:
    """A cell that is set: in which record, as which value, and by which payloads."""

    cell: Cell
    record: str
    column: Column
    value: Any
    payloads: tuple[Payload, ...]


def set_fields(acts: Acts, schema: Schema, cells: Sequence[Cell]) -> list[Payload]:
    """The payloads that set cells, in one bundle. Raises as `write_each`."""
    return [payload for each in write_each(acts, schema, cells) for payload in each.payloads]


def write_each(acts: Acts, schema: Schema, cells: Sequence[Cell]) -> list[CellWrite]:
    """How cells are set, one by one; a write goes through to all that is shown as one with it.

    Raises `NotFound` and `Conflict` for records, `ValidationFailed` naming rows and columns, and `StaleBase` for a
    cell that shows other values than its person saw.
    """
    problems = Problems()
    prefetch_records(acts, (each.record for each in cells))
    found: list[CellWrite] = []
    for cell in cells:
        with problems.of(cell.row, cell.field):
            table = table_of(schema, cell.facet)
            record = record_in(acts, cell.record, table)
            column = column_of(table, cell.field)
            value = value_of(acts, schema, column, cell.value, typed=cell.typed)
            check_base(acts, schema, record, cell, value)
            payloads = tuple(acts.set_field(record.id, cell.facet, cell.field, value))
            found.append(CellWrite(cell, record.id, column, value, payloads))
    check_unique(acts, ((each.cell.row, each.record, each.column, each.value) for each in found), problems)
    problems.check()
    return found


def value_of(acts: Acts, schema: Schema, column: Column, value: object, *, typed: bool = False) -> Any:
    """A checked value of a column. Raises `ValidationFailed` naming the column."""
    storage = acts.increment.storage
    if typed and isinstance(value, str):
        if column.crdt:
            return check_value(column, value)
        read = read_text(column, value, lambda facet, key: find_record(storage, schema, facet, key))
    else:
        read = check_value(column, value)
    if isinstance(read, dict):
        check_reference(acts, schema, column, read)
    return read


def check_reference(acts: Acts, schema: Schema, column: Column, value: dict[str, Any]) -> None:
    """Refuse a value that names a record, table or field that is not there. Raises `ValidationFailed`."""
    if (entity := value.get("entity")) is not None:
        found = _living(acts, entity)
        if found is None or (column.type == ENTITY and column.target and column.target not in found.fields):
            raise refuse(column.name, gettext("There is no such record: %(record)s.") % {"record": entity})
    if isinstance(reference := value.get("reference"), dict):
        found = _living(acts, reference["entity_id"])
        facet, name = reference["facet_type"], reference["field_name"]
        if found is None or facet not in found.fields or schema.column(facet, name) is None:
            words = gettext("There is no such field: %(record)s, %(table)s, %(column)s.")
            raise refuse(column.name, words % {"record": reference["entity_id"], "table": facet, "column": name})


def check_base(acts: Acts, schema: Schema, record: Record, cell: Cell, value: object) -> None:
    """Raises `StaleBase` where a cell shows other values than its person saw.

    It has the value then (`base`), now (`theirs`, and `theirs_text` as people read it), the one that was not written
    (`yours`), the operations of now (`tips`), and by whom and when the newest of them is.
    """
    if cell.base is None:
        return
    shown = record.fields[cell.facet].get(cell.field)
    tips = shown.tips if shown else ()
    if {tip.op_id for tip in tips} == set(cell.base):
        return
    base, known = _value_at(acts, record, cell)
    column = schema.column(cell.facet, cell.field)
    newest: Write | None = tips[-1] if tips else None
    raise StaleBase(
        gettext("Somebody has changed this since you began. Nothing was saved."),
        record=record.id,
        facet=cell.facet,
        field=cell.field,
        base=base,
        base_known=known,
        theirs=shown.value if shown else None,
        theirs_text=text_of(acts, schema, column, shown.value) if shown and column else "",
        yours=value,
        tips=[tip.op_id for tip in tips],
        by=newest.actor_id if newest else None,
        hlc=newest.hlc if newest else None,
    )


def check_unique(
    acts: Acts, values: Iterable[tuple[int | None, str, Column, Any]], problems: Problems, *, own_bundle: bool = True
) -> None:
    """Refuse values of unique columns that another record shows, or that two rows of the same bundle give."""
    wanted: dict[tuple[str, str], list[tuple[int | None, str, Column, Any]]] = {}
    for row, record, column, value in values:
        if column.unique and value not in (None, ""):
            wanted.setdefault((column.table, column.name), []).append((row, record, column, value))
    for (facet, name), listed in wanted.items():
        lookup = lookup_of(acts.increment.storage)
        changed = {record for _row, record, _column, _value in listed}
        found = lookup.holders(facet, name, [value for *_where, value in listed])
        taken = {spelled: [each for each in records if each not in changed] for spelled, records in found.items()}
        given: dict[str, str] = {}
        for row, record, column, value in listed:
            others = [*taken.get(spell(value), ()), *filter(None, [given.get(spell(value))])]
            given.setdefault(spell(value), record)
            if others and others[0] != record:
                with problems.of(row, name):
                    words = gettext("%(column)s is %(value)s in another record already.")
                    shown = value if isinstance(value, str) else spell(value)
                    facts = {"column": column.label, "value": shown[:100]}
                    raise Conflict(words % facts, field=name, value=value, record=others[0], reason="duplicate")


def text_of(acts: Acts, schema: Schema, column: Column, value: object) -> str:
    """A value as people read it, records by their keys."""

    def name(record: str) -> str:
        found = stored_record(acts, record)
        return key_of(schema, found) if found else record

    return show_text(column, value, name)


def _living(acts: Acts, entity: str) -> Record | None:
    found = acts.increment.storage.records.get(acts.increment.identity.root(entity))
    return found if found is not None and found.alive else None


def _value_at(acts: Acts, record: Record, cell: Cell) -> tuple[Any, bool]:
    """The value of the last of the operations that a person saw, and whether one of them is known."""
    for raw in raw_fields(record.facts, cell.facet, cell.field, acts.increment.classes):
        for operation in reversed(acts.increment.storage.operations_on(Key("field", raw))):
            if operation.op_id in (cell.base or ()):
                return dict(field_writes(operation))[raw], True
    return None, not cell.base
