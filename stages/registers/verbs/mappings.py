"""Fields of two tables that mean the same: suggested, looked at, confirmed, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from kernel.errors import Conflict
from stages.registers.fold.acts import Acts
from stages.registers.fold.effects import Field
from stages.registers.fold.payloads import ConfirmFieldMapping, Payload, SetField
from stages.registers.fold.values import spell
from stages.registers.fold.views import Record, class_of
from stages.registers.schema import Column, Schema
from stages.registers.schema.model import KEY_COLUMN
from stages.registers.schema.values import refuse
from stages.registers.verbs.finding import column_of, table_of

# A table and a column.
Named = tuple[str, str]


@dataclass(frozen=True, slots=True)
class MappingPreview:
    """What is in both tables: records in which the fields hold the same, differ, or one of them gets the other's."""

    records: int
    equal: int
    differ: int
    filled: int
    differing: tuple[str, ...]


def preview_mapping(acts: Acts, schema: Schema, one: Named, other: Named) -> MappingPreview:
    """What confirming a mapping would show. `differing` are the first 100 records with two values then."""
    _check(schema, one, other)
    equal, filled, differing, records = 0, 0, [], 0
    for record in _records_in(acts, one[0], other[0]):
        records += 1
        first, second = (_spelled(record, each) for each in (one, other))
        if first == second:
            equal += 1
        elif first is None or second is None:
            filled += 1
        else:
            differing.append(record.id)
    return MappingPreview(records, equal, len(differing), filled, tuple(differing[:100]))


def confirm_mapping(acts: Acts, schema: Schema, one: Named, other: Named, *, confirmed: bool = True) -> list[Payload]:
    """Say that two fields are one, or take it back; then each keeps the value that both show."""
    _check(schema, one, other)
    is_one = other in class_of(one, acts.increment.classes)
    pair = ConfirmFieldMapping(*one, *other).pair
    known = acts.increment.storage.mappings.get(pair)
    if confirmed and is_one:
        raise Conflict(gettext("These fields are one already."))
    if not confirmed and (known is None or not known.last.value):
        raise Conflict(gettext("These fields were not said to be one."))
    payloads: list[Payload] = [] if confirmed else list(_own_values(acts, one, other))
    return [*payloads, *acts.map_fields(*pair, confirmed=confirmed)]


def suggest_mappings(acts: Acts, schema: Schema) -> list[tuple[Named, Named]]:
    """Columns of two tables that share name and type and are not one yet. Nothing is confirmed by itself."""
    found = []
    tables = list(schema.tables.values())
    for at, table in enumerate(tables):
        for other in tables[at + 1 :]:
            for column in table.columns:
                match = other.column(column.name)
                if match is None or column.name == KEY_COLUMN or _unlike(column, match):
                    continue
                one = (table.facet, column.name)
                if (other.facet, match.name) not in class_of(one, acts.increment.classes):
                    found.append((one, (other.facet, match.name)))
    return found


def _check(schema: Schema, one: Named, other: Named) -> None:
    first, second = (column_of(table_of(schema, facet), name) for facet, name in (one, other))
    if one == other:
        raise Conflict(gettext("A field is one with itself anyway."))
    if one[0] == other[0]:
        raise refuse("facet_b", gettext("Fields of two tables are mapped, not two of one table."))
    if _unlike(first, second):
        words = gettext("%(one)s and %(other)s are of different types.")
        raise refuse("field_b", words % {"one": first.label, "other": second.label})


def _unlike(one: Column, other: Column) -> bool:
    return (one.type, one.crdt, one.reference) != (other.type, other.crdt, other.reference)


def _records_in(acts: Acts, facet: str, other: str) -> Iterator[Record]:
    storage = acts.increment.storage
    roots = {acts.increment.identity.place(each, facet) for each in storage.entities_with(facet)}
    storage.records.prefetch(roots)
    for root in sorted(roots):
        record = storage.records.get(root)
        if record is not None and facet in record.fields and other in record.fields:
            yield record


def _spelled(record: Record, named: Named) -> str | None:
    facet, name = named
    if text := record.texts.get(facet, {}).get(name):
        return text
    shown = record.fields[facet].get(name)
    return None if shown is None or shown.value is None else spell(shown.value)


def _own_values(acts: Acts, one: Named, other: Named) -> Iterator[Payload]:
    """Fields that show a value only because they are one with another: each gets it as its own."""
    for record in _records_in(acts, one[0], other[0]):
        for facet, name in (one, other):
            shown = record.fields[facet].get(name)
            if shown is None:
                continue
            for entity, at in sorted(each for each, life in record.facts.facets.items() if life.attached):
                if at == facet and not _has_value(record, Field(entity, facet, name)):
                    yield SetField(entity, facet, name, shown.value)


def _has_value(record: Record, field: Field) -> Any:
    return any(not tip.unset for tip in record.facts.tips.get(field, ()))
