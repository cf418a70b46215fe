"""Rows of a file for a table: what would be written, and everything that is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from django.utils.translation import gettext

from kernel.errors import ValidationFailed
from stages.registers.exchange.headings import Heading, check_headings, match_headings
from stages.registers.exchange.lines import Line, is_shown, lines_of, not_imported, quoted
from stages.registers.exchange.linking import LinkCell, Linking, NewLink, labels_of
from stages.registers.exchange.parsing import Sheet
from stages.registers.exchange.plan import (
    ALL,
    LINKS,
    CellChange,
    CellProblem,
    ImportPlan,
    Part,
    RowPlan,
    seen_of,
    size_of,
)
from stages.registers.fold.acts import Acts
from stages.registers.fold.payloads import Payload
from stages.registers.fold.values import spell
from stages.registers.fold.views import Record
from stages.registers.schema import Column, Schema, Table
from stages.registers.schema.keys import lookup_of
from stages.registers.schema.model import FILE, KEY_COLUMN, LIST, TEXT
from stages.registers.schema.values import show_text, write_text
from stages.registers.verbs.finding import NewId, make_id, prefetch_records, stored_record, table_of
from stages.registers.verbs.problems import MAX_LISTED
from stages.registers.verbs.records import Row, WrittenRow, WrittenRows, write_rows

__all__ = ["CellProblem", "ImportPlan", "plan_import"]


def plan_import(
    acts: Acts,
    schema: Schema,
    facet: str,
    sheet: Sheet,
    *,
    columns: Mapping[str, str | None] | None = None,
    part: Part | None = None,
    new_id: NewId = make_id,
) -> ImportPlan:
    """Look at the rows of a file. Rows with a key that is there change that record, all others are new.

    `columns` says which field of the table a heading is, None to leave it out; without it headings are names or titles
    of columns, or the words of links. `part` are the rows to look at, without it all. Nothing is written. Raises
    `ValidationFailed` where the head is wrong.
    """
    table = table_of(schema, facet)
    headings = match_headings(schema, table, sheet.head, columns)
    check_headings(headings)
    kind = part.kind if part is not None else ALL
    planning = _Planning(acts, schema, table, kind=kind, new_id=new_id)
    return planning.plan(headings, lines_of(table, headings, sheet, part))


class _Planning:
    """Looks at rows against the state. `kind` is that of the part."""

    def __init__(self, acts: Acts, schema: Schema, table: Table, *, kind: str, new_id: NewId) -> None:
        self.acts, self.schema, self.table = acts, schema, table
        self.headings: tuple[Heading, ...] = ()
        self.kind, self.new_id = kind, new_id
        self.problems: list[CellProblem] = []
        # Those that are counted, not listed.
        self.more = 0

    def plan(self, headings: Sequence[Heading], lines: Sequence[Line]) -> ImportPlan:
        self.headings = tuple(headings)
        known = self._records_by_key(lines)
        lines = self._checked(lines)
        rows = [self._row(line, known.get(line.key)) for line in lines]
        if self.kind == LINKS:
            written = WrittenRows([], [each.record or "" for each in rows])
            self._ask_for(lines, rows)
        else:
            written = self._write(lines, rows)
        linking = self._linked(lines, written.records)
        if self.problems:
            return self._refused(rows)
        return self._planned(lines, rows, written, linking)

    def _records_by_key(self, lines: Iterable[Line]) -> dict[str, str]:
        """The records that rows name by their key."""
        keys = sorted({line.key for line in lines if line.key})
        if not keys:
            return {}
        holders = lookup_of(self.acts.increment.storage).holders(self.table.facet, KEY_COLUMN, keys)
        found = {key: holders[spell(key)][0] for key in keys if len(holders.get(spell(key), ())) == 1}
        prefetch_records(self.acts, found.values())
        return found

    def _checked(self, lines: Iterable[Line]) -> list[Line]:
        """The rows whose key no other row has; cells beyond the first row are noted."""
        first: dict[str, int] = {}
        kept = []
        for line in lines:
            if rest := [each for each in line.cells[len(self.headings) :] if each.strip()]:
                words = gettext("Has more cells than the first row has columns.")
                self.problems.append(CellProblem(line.number, "", words, value=quoted(rest[0])))
            if line.key and line.key in first:
                words = gettext("This key is in row %(row)s already.") % {"row": f"{first[line.key]:,}"}
                self.problems.append(self._problem(line, KEY_COLUMN, words))
                continue
            first.setdefault(line.key, line.number)
            kept.append(line)
        return kept

    def _row(self, line: Line, record: str | None) -> Row:
        """A row as it is written: without the cells that say what the record shows already."""
        found = stored_record(self.acts, record) if record is not None else None
        values: dict[str, Any] = {}
        for heading, cell in zip(self.headings, line.cells, strict=False):
            column = heading.column
            if column is None or (column.name == KEY_COLUMN and self.table.key_column is not None):
                continue
            if column.reference or column.type == FILE:
                if cell.strip() and not (found is not None and is_shown(self._shown(found, column), cell)):
                    self.problems.append(self._problem(line, column.name, not_imported(column)))
                continue
            if found is None or not is_shown(self._shown(found, column), cell):
                values[column.name] = cell
        if record is None and line.key:
            values = {KEY_COLUMN: line.key, **values}
        return Row(values, record, typed=True, only_changes=True)

    def _shown(self, record: Record, column: Column) -> tuple[str, ...]:
        """How a file may have the value of a column: as it was exported, or as pages show it."""
        facet = self.table.facet
        if column.crdt:
            return (record.texts.get(facet, {}).get(column.name, ""),)
        shown = record.fields.get(facet, {}).get(column.name)
        value = shown.value if shown is not None else None
        if not isinstance(value, dict):
            return write_text(column, value), show_text(column, value)
        return tuple(show_text(column, value, partial(_same, each)) for each in self._names(value))

    def _names(self, value: Mapping[str, Any]) -> list[str]:
        """What the record that a value names may be called in a file."""
        reference = value.get("reference")
        entity = reference.get("entity_id") if isinstance(reference, dict) else value.get("entity")
        return list(labels_of(self.acts, self.schema, entity)) if isinstance(entity, str) else [""]

    def _ask_for(self, lines: Sequence[Line], rows: Sequence[Row]) -> None:
        """Note the rows whose records are gone since their cells were written."""
        for line, row in zip(lines, rows, strict=True):
            if row.record is None and line.key:
                words = gettext("There is no record “%(key)s”.") % {"key": line.key[:100]}
                self.problems.append(self._problem(line, KEY_COLUMN, words))

    def _write(self, lines: Sequence[Line], rows: Sequence[Row]) -> WrittenRows:
        try:
            return write_rows(self.acts, self.schema, self.table.facet, rows, new_id=self.new_id, numbered=True)
        except ValidationFailed as error:
            listed = 0
            for path, messages in error.errors.items():
                _rows, number, column = [*path.split(".", 2), ""][:3]
                listed += len(messages)
                self.problems += [self._problem(lines[int(number) - 1], column, each) for each in messages]
            self.more = max(0, int(str(error.extra.get("problem_count", listed))) - listed)
            return WrittenRows([], [row.record or "" for row in rows])

    def _linked(self, lines: Sequence[Line], records: Sequence[str]) -> Linking:
        """The links that rows name. A row that cannot be written yet has no record: its links are only looked for."""
        made = {line.key: record or self.new_id() for line, record in zip(lines, records, strict=True) if line.key}
        linking = Linking(self.acts, self.schema, self.table, self.new_id, made)
        cells = []
        for line, record in zip(lines, records, strict=True):
            if self.kind == ALL or bool(line.key) == (self.kind == LINKS):
                for heading, cell in zip(self.headings, line.cells, strict=False):
                    if heading.links is not None and cell.strip():
                        cells.append(LinkCell(line.number, record or self.new_id(), heading.links, cell))
        if cells:
            linking.read(cells)
        for each, words in linking.problems:
            value = quoted(each.text)
            self.problems.append(CellProblem(each.row, each.links.field, words, each.links.label, value))
        return linking

    def _problem(self, line: Line, name: str, words: str) -> CellProblem:
        at = next((at for at, each in enumerate(self.headings) if name and each.field == name), None)
        column = self.table.column(name)
        value = line.cells[at] if at is not None and at < len(line.cells) else ""
        return CellProblem(line.number, name, words, column.label if column else "", quoted(value))

    def _refused(self, rows: Sequence[Row]) -> ImportPlan:
        existing = {row.record for row in rows if row.record}
        listed = tuple(sorted(self.problems, key=lambda each: each.row)[:MAX_LISTED])
        counts = (len(rows) - len(existing), len(existing), 0)
        return ImportPlan(self.headings, *counts, listed, len(self.problems) + self.more, (), ())

    def _planned(
        self, lines: Sequence[Line], rows: Sequence[Row], written: WrittenRows, linking: Linking
    ) -> ImportPlan:
        links: dict[int, list[NewLink]] = {}
        for each in linking.found:
            links.setdefault(each.cell.row, []).append(each)
        payloads = iter(written.payloads)
        of_rows = written.rows or [WrittenRow(each, False, {}, 0) for each in written.records]
        plans = [
            self._plan_row(line, row, each, list(islice(payloads, each.count)), links.get(line.number, ()))
            for line, row, each in zip(lines, rows, of_rows, strict=True)
        ]
        created = sum(each.is_new for each in plans)
        changed = sum(each.is_changed for each in plans)
        return ImportPlan(
            self.headings,
            created,
            changed,
            len(plans) - created - changed,
            (),
            0,
            (*written.payloads, *(payload for each in linking.found for payload in each.payloads)),
            tuple(written.records),
            tuple(plans),
            len(linking.found),
        )

    def _plan_row(
        self, line: Line, row: Row, written: WrittenRow, payloads: Sequence[Payload], links: Sequence[NewLink]
    ) -> RowPlan:
        found = stored_record(self.acts, row.record) if row.record is not None else None
        cells: list[CellChange] = []
        before: list[tuple[str, Any]] = []
        for name, value in written.values.items():
            column = self.table.column(name)
            if column is None or (written.is_new and name == KEY_COLUMN):
                continue
            was = self._shown(found, column)[-1] if found is not None else ""
            cells.append(CellChange(column.label, was, self._after(line, column, value)))
            before.append((name, was))
        for label in dict.fromkeys(each.cell.links.label for each in links):
            added = ", ".join(each.label for each in links if each.cell.links.label == label)
            cells.append(CellChange(label, "", added, adds=True))
        label = next(labels_of(self.acts, self.schema, found.id)) if found is not None else self._label(line)
        return RowPlan(
            line.number,
            line.key,
            label,
            written.is_new,
            tuple(cells),
            len(payloads),
            size_of(payloads),
            sum(len(each.payloads) for each in links),
            seen_of(found.id if found is not None else None, line.key, before),
        )

    def _after(self, line: Line, column: Column, value: Any) -> str:
        """A value as it will be shown; of records that it names, what the file calls them."""
        if not isinstance(value, dict):
            return show_text(column, value)
        at = next(at for at, each in enumerate(self.headings) if each.field == column.name)
        return line.cells[at].strip()

    def _label(self, line: Line) -> str:
        """What a new record is called: the first text of its row."""
        for heading, cell in zip(self.headings, line.cells, strict=False):
            column = heading.column
            if column is not None and column.type in (TEXT, LIST) and column.name != KEY_COLUMN and cell.strip():
                return quoted(cell)
        return ""


def _same(name: str, _record: str) -> str:
    return name
