"""Who set a cell, when, and what it replaced: the sentence at the foot of a grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import User
from stages.registers.fold.effects import Key, Write
from stages.registers.fold.views import Record, raw_fields, shown_value
from stages.registers.pages.authors import Author, Authors
from stages.registers.pages.table_state import TableState
from stages.registers.reading.changes import Known
from stages.registers.reading.naming import names_of
from stages.registers.reading.rows import key_of
from stages.registers.schema import Column
from stages.registers.schema.values import misfit_words, show_text


@dataclass(frozen=True, slots=True)
class CellFacts:
    """`before` is what the cell showed to whoever set it, None if it had never been set; `values` are side by side."""

    column: str
    record: str
    author: Author
    before: str | None
    misfit: str
    values: int


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
    return CellFacts(
        column=column.label,
        record=key_of({field: each.value for field, each in fields.items()}),
        author=Authors(state.project_id, reader).of_write(newest),
        before=_before(state, found, column, newest),
        misfit=misfit_words(column, shown.value),
        values=len({repr(tip.value) for tip in shown.tips}),
    )


def _before(state: TableState, record: Record, column: Column, newest: Write) -> str | None:
    """What the field showed to the author of its newest write, as people read it."""
    storage = state.reader.storage
    raws = raw_fields(record.facts, state.table.facet, column.name, state.reader.classes)
    operations = {each.order: each for raw in raws for each in storage.operations_on(Key("field", raw))}
    known = Known(operations.values())
    operation = next((each for each in operations.values() if each.op_id == newest.op_id), None)
    if operation is None:
        return None
    seen = [tip for raw in raws for tip in known.before(operation, raw) if tip.bundle_id != newest.bundle_id]
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
