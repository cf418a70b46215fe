"""Who set a cell, when, and what it replaced: the sentence at the foot of a grid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import User
from stages.registers.causes import Cause
from stages.registers.fold.effects import Key, Subject
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import AttachFacet
from stages.registers.fold.views import Record, raw_fields, shown_value
from stages.registers.pages.authors import Author, Authors
from stages.registers.pages.table_state import TableState
from stages.registers.reading.causes import causes_of, source_key
from stages.registers.reading.changes import Known
from stages.registers.reading.naming import names_of
from stages.registers.reading.rows import key_of
from stages.registers.schema import Column
from stages.registers.schema.values import misfit_words, show_text


@dataclass(frozen=True, slots=True)
class CellFacts:
    """`before` is what the cell showed to whoever set it, None if it had never been set; `values` are side by side.

    `cause` is the rule or script that set it, `placed` the one that put the record into the table; None for a person.
    """

    column: str
    record: str
    author: Author
    before: str | None
    misfit: str
    values: int
    cause: Cause | None
    placed: Cause | None


def cell_facts(state: TableState, record: str, name: str, *, reader: User) -> CellFacts | None:
    """The facts of a cell; None where nobody has set it, or where there is no such cell."""
    column = state.table.column(name)
    found = state.reader.records([record]).get(record) if is_id(record) else None
    if column is None or found is None or not found.alive:
        return None
    shown = found.fields.get(state.table.facet, {}).get(name)
    if shown is None or not shown.tips:
        return None
    newest = shown.tips[-1]
    fields = found.fields.get(state.table.facet, {})
    operations = _operations(state, found, column)
    wrote = next((each for each in operations if each.op_id == newest.op_id), None)
    put = next((each for each in _attached(state, found)), None)
    causes = causes_of(state.project_id, [each.source for each in (wrote, put) if each is not None])
    return CellFacts(
        column=column.label,
        record=key_of({field: each.value for field, each in fields.items()}),
        author=Authors(state.project_id, reader).of_write(newest),
        before=_before(state, found, column, operations, wrote),
        misfit=misfit_words(column, shown.value),
        values=len({repr(tip.value) for tip in shown.tips}),
        cause=causes.get(source_key(wrote.source)) if wrote else None,
        placed=causes.get(source_key(put.source)) if put else None,
    )


def _operations(state: TableState, record: Record, column: Column) -> list[Operation]:
    """All writes to a field, in canonical order."""
    raws = raw_fields(record.facts, state.table.facet, column.name, state.reader.classes)
    found = {each.order: each for raw in raws for each in state.reader.storage.operations_on(Key("field", raw))}
    return [found[order] for order in sorted(found)]


def _attached(state: TableState, record: Record) -> list[Operation]:
    """When the record was put into the table, the last time first."""
    lives = [Subject("facet", *each) for each in record.facts.facets if each[1] == state.table.facet]
    found = {each.order: each for life in lives for each in state.reader.storage.operations_on(Key("life", life))}
    return [found[order] for order in sorted(found, reverse=True) if isinstance(found[order].payload, AttachFacet)]


def _before(
    state: TableState, record: Record, column: Column, operations: Iterable[Operation], newest: Operation | None
) -> str | None:
    """What the field showed to the author of its newest write, as people read it."""
    if newest is None:
        return None
    raws = raw_fields(record.facts, state.table.facet, column.name, state.reader.classes)
    known = Known(operations)
    seen = [tip for raw in raws for tip in known.before(newest, raw) if tip.bundle_id != newest.bundle_id]
    return _text(state, column, shown_value(tuple(sorted(seen, key=lambda tip: tip.order)))) if seen else None


def _text(state: TableState, column: Column, value: Any) -> str:
    entity = value.get("entity") if isinstance(value, dict) else None
    names = names_of(state.reader, [entity]) if isinstance(entity, str) else {}
    return show_text(column, value, lambda each: names[each].label if each in names else each[:8])


def is_id(record: str) -> bool:
    """Whether a text is an id as records have them."""
    try:
        return str(UUID(record)) == record
    except ValueError:
        return False
