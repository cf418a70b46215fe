"""What two records show, beside what they would show as one; and one record beside the two that it would be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stages.registers.fold.values import spell
from stages.registers.fold.views import Record
from stages.registers.reading.naming import names_of
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column, Table
from stages.registers.schema.values import show_text


@dataclass(frozen=True, slots=True)
class Compared:
    """A field of up to three records, as texts; `values` says how many stand side by side in the last of them."""

    table: Table
    column: Column
    texts: tuple[str, ...]
    values: int

    @property
    def in_conflict(self) -> bool:
        return self.values > 1


def compared(reader: Reader, *records: Record) -> list[Compared]:
    """The fields that any of these records shows, table by table."""
    entities = {entity for record in records for entity in _entities(record)}
    names = {entity: name.label for entity, name in names_of(reader, entities).items()}
    return list(_compared(reader, records, names))


def _compared(reader: Reader, records: tuple[Record, ...], names: Mapping[str, str]) -> Iterator[Compared]:
    for facet, table in reader.schema.tables.items():
        for column in table.columns:
            texts = tuple(_text(record, facet, column, names) for record in records)
            if any(texts):
                yield Compared(table, column, texts, len(_sides(records[-1], facet, column)))


def _text(record: Record, facet: str, column: Column, names: Mapping[str, str]) -> str:
    def name(entity: str) -> str:
        return names.get(entity, entity[:8])

    return " · ".join(filter(None, (show_text(column, each, name) for each in _sides(record, facet, column))))


def _sides(record: Record, facet: str, column: Column) -> list[Any]:
    """What a field shows, and the values beside it."""
    if column.crdt:
        found = next((each for each in record.conflicts if (each.facet, each.field) == (facet, column.name)), None)
        return (
            list(found.values) if found else [text for text in [record.texts.get(facet, {}).get(column.name)] if text]
        )
    shown = record.fields.get(facet, {}).get(column.name)
    if shown is None:
        return []
    others = {spell(tip.value): tip.value for tip in shown.tips}
    others.pop(spell(shown.value), None)
    return [shown.value, *others.values()]


def _entities(record: Record) -> Iterator[str]:
    for fields in record.fields.values():
        for shown in fields.values():
            for tip in shown.tips:
                if isinstance(tip.value, dict) and isinstance(entity := tip.value.get("entity"), str):
                    yield entity
