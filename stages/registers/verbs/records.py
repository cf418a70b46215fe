"""Records: made, filled, deleted, put into further tables, merged and split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext

from kernel.errors import Conflict, NotFound, PayloadTooLarge
from stages.registers.catalogue import is_system
from stages.registers.fold.acts import Acts
from stages.registers.fold.deltas import write_text
from stages.registers.fold.effects import Field
from stages.registers.fold.headers import MAX_OPERATIONS
from stages.registers.fold.payloads import Payload, SetCRDTField, SetField
from stages.registers.fold.values import spell
from stages.registers.schema import Column, Schema, Table
from stages.registers.schema.keys import next_keys
from stages.registers.schema.model import KEY_COLUMN
from stages.registers.verbs.cells import Cell, check_base, check_unique, set_fields, value_of
from stages.registers.verbs.finding import (
    NewId,
    column_of,
    make_client_id,
    make_id,
    prefetch_records,
    record_in,
    record_of,
    stored_record,
    table_of,
)
from stages.registers.verbs.problems import Problems
from stages.registers.verbs.texts import check_shared_text, type_text

MAX_ROWS: Final = MAX_OPERATIONS


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is written: values by column, for a new record, or for the one whose id is given.

    With `typed`, values are texts as people paste them; those of `typed_columns` always are. With `only_changes`, what
    the record shows already is not written again. `bases` are the operations whose values the person saw, by column
    (`Cell.base`).
    """

    values: Mapping[str, Any]
    record: str | None = None
    typed: bool = False
    typed_columns: frozenset[str] = frozenset()
    only_changes: bool = False
    bases: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """One row as it is written: the values that are new, by column, and how many payloads they are."""

    record: str
    is_new: bool
    values: Mapping[str, Any]
    count: int


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """The payloads of rows, and the record of each; `rows` are they one by one, where rows were written."""

    payloads: list[Payload]
    records: list[str]
    rows: Sequence[WrittenRow] = ()


def create_records(
    acts: Acts, schema: Schema, facet: str, rows: Sequence[Mapping[str, Any]], *, new_id: NewId = make_id
) -> WrittenRows:
    """New records of a table. Where it has keys, each gets the next free one unless it brings its own."""
    return write_rows(acts, schema, facet, [Row(each) for each in rows], new_id=new_id)


def write_rows(
    acts: Acts,
    schema: Schema,
    facet: str,
    rows: Sequence[Row],
    *,
    new_id: NewId = make_id,
    numbered: bool | None = None,
    first: int = 1,
) -> WrittenRows:
    """Write rows of a table in one bundle, such as those of a paste or an import: all of them or none.

    Raises `ValidationFailed` with all problems by row (from `first`, where there are several or they are `numbered`)
    and column, `PayloadTooLarge`, `StaleBase`, and for a single row also `NotFound` and `Conflict`.
    """
    table = table_of(schema, facet)
    if len(rows) > MAX_ROWS:
        words = gettext("At most %(most)s rows are written at once.") % {"most": f"{MAX_ROWS:,}"}
        raise PayloadTooLarge(words)
    prefetch_records(acts, (each.record for each in rows if each.record))
    is_numbered = len(rows) > 1 if numbered is None else numbered
    writing = _Rows(acts, schema, table, new_id, first=first if is_numbered else None)
    for row in rows:
        writing.take(row)
    return writing.finish()


def write_cells(
    acts: Acts,
    schema: Schema,
    cells: Sequence[Cell],
    facet: str = "",
    rows: Sequence[Row] = (),
    *,
    new_id: NewId = make_id,
) -> WrittenRows:
    """Set cells, and write rows of a table, in one bundle; rows are numbered on from the last row of the cells."""
    payloads = set_fields(acts, schema, cells) if cells else []
    if not rows:
        return WrittenRows(payloads, [])
    after = max((cell.row or 0 for cell in cells), default=0)
    numbered = True if after else None
    written = write_rows(acts, schema, facet, rows, new_id=new_id, numbered=numbered, first=after + 1)
    return WrittenRows([*payloads, *written.payloads], written.records)


class _Rows:
    """Rows that are checked one after the other, then written together."""

    def __init__(self, acts: Acts, schema: Schema, table: Table, new_id: NewId, *, first: int | None) -> None:
        self.acts = acts
        self.schema = schema
        self.table = table
        self.new_id = new_id
        self.first = first
        self.problems = Problems()
        self.records: list[str] = []
        self.rows: list[tuple[str, bool, dict[str, Any], dict[str, str]]] = []
        self.values: list[tuple[int | None, str, Column, Any]] = []

    def take(self, row: Row) -> None:
        number = None if self.first is None else self.first + len(self.records)
        record, is_new = row.record or self.new_id(), row.record is None
        plain: dict[str, Any] = {}
        texts: dict[str, str] = {}
        with self.problems.of(number):
            if row.record is not None:
                record = record_in(self.acts, row.record, self.table).id
        for name, value in row.values.items():
            with self.problems.of(number, name):
                column = column_of(self.table, name)
                if column.crdt and isinstance(value, str) and (is_new or row.typed):
                    texts[name] = check_shared_text(column, value)
                    continue
                typed = row.typed or name in row.typed_columns
                read = value_of(self.acts, self.schema, column, value, typed=typed)
                self._check_base(row, record, name, read)
                if not self._is_same(row, record, name, read):
                    plain[name] = read
                    self.values.append((number, record, column, read))
        self.records.append(record)
        self.rows.append((record, is_new, plain, texts))

    def check(self) -> None:
        """Raise what is wrong with all of them, and give keys to those that lack one."""
        check_unique(self.acts, self.values, self.problems)
        self.problems.check()
        self._give_keys()

    def finish(self) -> WrittenRows:
        self.check()
        payloads: list[Payload] = []
        rows: list[WrittenRow] = []
        for record, is_new, plain, texts in self.rows:
            before = len(payloads)
            values: dict[str, Any] = dict(plain)
            if is_new:
                payloads += self.acts.create(record, self.table.facet, plain)
                payloads += _first_texts(self.acts, record, self.table.facet, texts)
                values |= {name: text for name, text in texts.items() if text}
            else:
                for name, value in plain.items():
                    payloads += self.acts.set_field(record, self.table.facet, name, value)
                for name, text in texts.items():
                    typed = type_text(self.acts, self.schema, Field(record, self.table.facet, name), text)
                    payloads += typed
                    values |= {name: text} if typed else {}
            rows.append(WrittenRow(record, is_new, values, len(payloads) - before))
        return WrittenRows(payloads, self.records, rows)

    def _is_same(self, row: Row, record: str, name: str, value: object) -> bool:
        """Whether a value need not be written: null in a new record, or what is shown where only changes are asked."""
        if row.record is None or not row.only_changes:
            return row.record is None and value is None
        found = self.acts.increment.storage.records.get(record)
        shown = found.fields.get(self.table.facet, {}).get(name) if found else None
        return spell(shown.value if shown else None) == spell(value)

    def _check_base(self, row: Row, record: str, name: str, value: object) -> None:
        if row.record is not None and name in row.bases:
            cell = Cell(record, self.table.facet, name, base=tuple(row.bases[name]))
            found = self.acts.increment.storage.records.get(record)
            if found is not None and self.table.facet in found.fields:
                check_base(self.acts, self.schema, found, cell, value)

    def _give_keys(self) -> None:
        if self.table.key_column is None:
            return
        lacking = [plain for _record, is_new, plain, _texts in self.rows if is_new and not plain.get(KEY_COLUMN)]
        given = [plain.get(KEY_COLUMN) for _record, _is_new, plain, _texts in self.rows]
        keys = next_keys(self.acts.increment.storage, self.table, len(lacking), given) if lacking else []
        for plain, key in zip(lacking, keys, strict=True):
            rest = {name: value for name, value in plain.items() if name != KEY_COLUMN}
            plain.clear()
            plain.update({KEY_COLUMN: key, **rest})


def delete_records(acts: Acts, schema: Schema, records: Iterable[str]) -> list[Payload]:
    """Delete records; their links hide, and come back with them."""
    roots = dict.fromkeys(record_of(acts, each).id for each in records)
    return [payload for each in roots for payload in acts.delete(each)]


def restore_records(acts: Acts, schema: Schema, records: Iterable[str]) -> list[Payload]:
    """Bring deleted records back as they were. Raises `NotFound`, `Conflict` for one that is not deleted."""
    payloads: list[Payload] = []
    roots: set[str] = set()
    for each in records:
        found = stored_record(acts, each)
        if found is None or any(is_system(facet) for _entity, facet in found.facts.facets):
            raise NotFound(gettext("There is no record %(record)s.") % {"record": each[:100]}, record=each)
        if found.alive:
            raise Conflict(gettext("This record is not deleted."), record=found.id)
        if found.id not in roots:
            roots.add(found.id)
            payloads += acts.restore(found.id)
    return payloads


def attach(
    acts: Acts, schema: Schema, record: str, facet: str, values: Mapping[str, Any] | None = None
) -> list[Payload]:
    """Put a record into a further table, with values and the next free key. Mapped fields bring theirs along."""
    table = table_of(schema, facet)
    found = record_of(acts, record)
    if facet in found.fields:
        words = gettext("The record is in %(table)s already.") % {"table": table.label}
        raise Conflict(words, record=found.id, table=facet)
    if acts.increment.identity.place(found.id, facet) != found.id:
        words = gettext("This part of the record was split off. Merge the two records instead.")
        raise Conflict(words, record=found.id, table=facet)
    writing = _Rows(acts, schema, table, lambda: found.id, first=None)
    writing.take(Row(values or {}))
    writing.check()
    payloads = acts.attach(found.id, facet)
    mapped = {each.field_name for each in payloads if isinstance(each, SetField)}
    _record, _is_new, plain, texts = writing.rows[0]
    for name, value in plain.items():
        if name in (values or {}) or name not in mapped:
            payloads.append(SetField(found.id, facet, name, value))
    return [*payloads, *_first_texts(acts, found.id, facet, texts)]


def detach(acts: Acts, schema: Schema, record: str, facet: str) -> list[Payload]:
    """Take a record out of a table. Raises `Conflict` for its only one: then it is deleted instead."""
    table = table_of(schema, facet)
    found = record_in(acts, record, table)
    if len(found.fields) == 1:
        words = gettext("The record is in no other table. Delete it instead.")
        raise Conflict(words, record=found.id, table=facet)
    return acts.detach(found.id, facet)


def next_free_key(acts: Acts, schema: Schema, record: str, facet: str) -> list[Payload]:
    """Give a record the next free key of a table, such as one of two that got the same at two sites."""
    table = table_of(schema, facet)
    found = record_in(acts, record, table)
    if table.key_column is None:
        raise Conflict(gettext("%(table)s has no keys.") % {"table": table.label}, table=facet)
    return acts.set_field(found.id, facet, KEY_COLUMN, next_keys(acts.increment.storage, table, 1)[0])


def _first_texts(acts: Acts, record: str, facet: str, texts: Mapping[str, str]) -> list[Payload]:
    found: list[Payload] = []
    for name, text in texts.items():
        client_id = make_client_id(acts.increment.storage, [Field(record, facet, name)])
        if delta := write_text((), text, client_id):
            found.append(SetCRDTField(record, facet, name, delta))
    return found
