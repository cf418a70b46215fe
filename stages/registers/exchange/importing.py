"""Rows of a file for a table: which column is which, what would be written, and everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from kernel.errors import ValidationFailed
from stages.registers.exchange.parsing import Sheet
from stages.registers.fold.acts import Acts
from stages.registers.fold.payloads import Payload
from stages.registers.fold.values import spell
from stages.registers.schema import Schema, Table
from stages.registers.schema.keys import lookup_of
from stages.registers.schema.model import KEY_COLUMN
from stages.registers.schema.values import refuse
from stages.registers.verbs.finding import NewId, make_id, table_of
from stages.registers.verbs.problems import MAX_LISTED
from stages.registers.verbs.records import Row, WrittenRows, write_rows


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong in a cell; `row` is its number in the file, where the head is row 1."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do.

    `columns` are the table's columns by place in the file, None for one that is left out; `created` and `changed` count
    records; `problems` are the first 100 of `problem_count`. With a problem nothing is written.
    """

    columns: tuple[str | None, ...]
    created: int
    changed: int
    unchanged: int
    problems: tuple[CellProblem, ...]
    problem_count: int
    payloads: tuple[Payload, ...]
    records: tuple[str, ...]


def plan_import(
    acts: Acts,
    schema: Schema,
    facet: str,
    sheet: Sheet,
    *,
    columns: Mapping[str, str | None] | None = None,
    new_id: NewId = make_id,
) -> ImportPlan:
    """Look at the rows of a file. Rows with a key that is there change that record, all others are new.

    `columns` says which column of the table a heading is, None to leave it out; without it headings are names or titles
    of columns. Nothing is written. Raises `ValidationFailed` where the head is wrong.
    """
    table = table_of(schema, facet)
    found = _match_columns(table, sheet.head, columns)
    known = _records_by_key(acts, table, found, sheet)
    rows = [_row(table, found, cells, known) for cells in sheet.rows]
    kept = [(row, number) for row, number in zip(rows, sheet.numbers, strict=True) if row.values]
    problems, count, written = _try(acts, schema, facet, kept, new_id)
    existing = {row.record for row, _number in kept if row.record}
    touched = {getattr(each, "entity_id", None) for each in written.payloads}
    changed = {each for each in existing if count or each in touched}
    created = sum(1 for row, _number in kept if row.record is None)
    counts = (created, len(changed), len(existing) - len(changed))
    return ImportPlan(found, *counts, problems, count, tuple(written.payloads), tuple(written.records))


def _match_columns(
    table: Table, head: Sequence[str], columns: Mapping[str, str | None] | None
) -> tuple[str | None, ...]:
    """Which column each heading is. Raises `ValidationFailed` for one that is none, or is there twice."""
    names = {each.name: each.name for each in table.columns}
    folded = {each.label.casefold(): each.name for each in table.columns}
    folded |= {each.name.casefold(): each.name for each in table.columns}
    found: list[str | None] = []
    for heading in head:
        if columns is not None and heading in columns:
            wanted = columns[heading]
            name = names.get(wanted) if wanted is not None else None
            if wanted is not None and name is None:
                raise refuse(wanted[:100], gettext("There is no column “%(column)s”.") % {"column": wanted[:100]})
        else:
            name = names.get(heading) or folded.get(heading.casefold())
            if name is None and heading:
                words = gettext("There is no column “%(column)s”. Leave it out, or say which one it is.")
                raise refuse(heading[:100], words % {"column": heading[:100]})
        if name is not None and name in found:
            raise refuse(name, gettext("This column is there twice."))
        found.append(name)
    if not any(found):
        raise refuse("file", gettext("No heading is a column of this table."))
    return tuple(found)


def _records_by_key(acts: Acts, table: Table, columns: Sequence[str | None], sheet: Sheet) -> dict[str, str]:
    """The records that rows name by their key."""
    if table.key_column is None or KEY_COLUMN not in columns:
        return {}
    at = columns.index(KEY_COLUMN)
    keys = {row[at].strip() for row in sheet.rows if at < len(row) and row[at].strip()}
    holders = lookup_of(acts.increment.storage).holders(table.facet, KEY_COLUMN, sorted(keys))
    return {key: holders[spell(key)][0] for key in keys if len(holders.get(spell(key), ())) == 1}


def _row(table: Table, columns: Sequence[str | None], cells: Sequence[str], known: Mapping[str, str]) -> Row:
    values = {name: cells[at] for at, name in enumerate(columns) if name is not None and at < len(cells)}
    key = values.get(KEY_COLUMN, "").strip() if table.key_column else ""
    if table.key_column and KEY_COLUMN in values:
        values[KEY_COLUMN] = key
    record = known.get(key) if key else None
    if record is not None:
        values.pop(KEY_COLUMN)
    return Row(values, record, typed=True, only_changes=True)


def _try(
    acts: Acts, schema: Schema, facet: str, rows: Sequence[tuple[Row, int]], new_id: NewId
) -> tuple[tuple[CellProblem, ...], int, WrittenRows]:
    numbers = [number for _row, number in rows]
    try:
        written = write_rows(acts, schema, facet, [row for row, _number in rows], new_id=new_id, numbered=True)
    except ValidationFailed as error:
        problems = _problems(error, numbers)
        return tuple(problems), int(str(error.extra.get("problem_count", len(problems)))), WrittenRows([], [])
    return (), 0, written


def _problems(error: ValidationFailed, numbers: Sequence[int]) -> list[CellProblem]:
    found = []
    for path, messages in error.errors.items():
        parts = path.split(".", 2)
        row, column = numbers[int(parts[1]) - 1], parts[2] if len(parts) > 2 else ""
        found += [CellProblem(row, column, message) for message in messages]
    return sorted(found, key=lambda each: each.row)[:MAX_LISTED]
