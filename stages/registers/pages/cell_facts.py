"""Who set a cell, when, and what it replaced: the sentence at the foot of a grid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from stages.registers.fold.effects import Key, Write
from stages.registers.fold.hlc import split_hlc
from stages.registers.fold.views import Record, raw_fields, shown_value
from stages.registers.models import ActorKey
from stages.registers.pages.table_state import TableState
from stages.registers.reading.changes import Known
from stages.registers.reading.naming import names_of
from stages.registers.reading.rows import key_of
from stages.registers.schema import Column
from stages.registers.schema.values import misfit_words, show_text
from workspace.people import PersonView


@dataclass(frozen=True, slots=True)
class CellFacts:
    """`before` is what the cell showed to whoever set it, None if it had never been set; `person` is None for a key
    that nobody's account has here. `values` are how many are side by side.
    """

    column: str
    record: str
    person: PersonView | None
    is_reader: bool
    at: datetime
    before: str | None
    misfit: str
    values: int


def cell_facts(state: TableState, record: str, name: str, *, reader_id: UUID) -> CellFacts | None:
    """The facts of a cell; None where nobody has set it, or where there is no such cell."""
    column = state.table.column(name)
    found = state.reader.records([record]).get(record) if is_id(record) else None
    if column is None or found is None or not found.alive:
        return None
    shown = found.fields.get(state.table.facet, {}).get(name)
    if shown is None or not shown.tips:
        return None
    newest = shown.tips[-1]
    owner = _owner(newest)
    fields = found.fields.get(state.table.facet, {})
    return CellFacts(
        column=column.label,
        record=key_of({field: each.value for field, each in fields.items()}),
        person=PersonView.of(owner) if owner is not None else None,
        is_reader=owner is not None and owner.pk == reader_id,
        at=datetime.fromtimestamp(split_hlc(newest.hlc)[0] / 1_000, tz=UTC),
        before=_before(state, found, column, newest),
        misfit=misfit_words(column, shown.value),
        values=len({repr(tip.value) for tip in shown.tips}),
    )


def _owner(write: Write) -> User | None:
    key = ActorKey.objects.filter(public_key=bytes.fromhex(write.actor_id)).select_related("user").first()
    return key.user if key is not None else None


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
