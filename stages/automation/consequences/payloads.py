"""What rules add, as payloads: each of them names its rule as its source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from stages.automation.consequences.naming import fits_column
from stages.automation.rules.applying import Consequence
from stages.automation.rules.reading import class_of
from stages.registers.fold.acts import Acts
from stages.registers.fold.bundles import Sourced
from stages.registers.fold.effects import Field
from stages.registers.fold.payloads import AttachFacet, SetField
from stages.registers.fold.views import raw_fields
from stages.registers.schema import Schema
from stages.registers.schema.keys import next_keys
from stages.registers.schema.model import KEY_COLUMN


def payloads_of(acts: Acts, schema: Schema, consequences: Iterable[Consequence]) -> list[Sourced]:
    """The payloads of consequences, on the state that the rules were evaluated on.

    A record that joins a table gets its next free key, and the values of columns that are one with its own. What does
    not fit its column is left out, and so is a record whose part in the table was split off to another one.
    """
    writing = _Writing(acts, schema)
    listed = list(consequences)
    keys = _keys(acts, schema, [each for each in listed if writing.joins(each)])
    return [sourced for each in listed for sourced in writing.payloads(each, keys)]


class _Writing:
    def __init__(self, acts: Acts, schema: Schema) -> None:
        self.acts = acts
        self.schema = schema
        self.classes = acts.increment.classes
        # What has been added so far: tables by record, and values of columns that are one by the first of these.
        self.joined: dict[str, list[str]] = defaultdict(list)
        self.values: dict[tuple[str, tuple[str, str]], Any] = {}

    def joins(self, consequence: Consequence) -> bool:
        """Whether a record joins a table, and can."""
        place = self.acts.increment.identity.place(consequence.record, consequence.table)
        return consequence.joins and place == consequence.record

    def payloads(self, consequence: Consequence, keys: dict[tuple[str, str], str]) -> Iterator[Sourced]:
        record, table = consequence.record, consequence.table
        source = {"rule": consequence.rule.name}
        if consequence.joins:
            if not self.joins(consequence):
                return
            self.joined[record].append(table)
            yield AttachFacet(record, table), source
            if key := keys.get((record, table)):
                yield SetField(record, table, KEY_COLUMN, key), source
            for name, value in self.mapped(record, table, {name for name, _value in consequence.values}):
                yield SetField(record, table, name, value), source
        for name, value in consequence.values:
            if fits_column(self.schema.column(table, name), value):
                self.values[record, min(class_of((table, name), self.classes))] = value
                for field in self.fields(record, table, name):
                    yield SetField(*field, value), source

    def fields(self, record: str, table: str, name: str) -> list[Field]:
        """The raw fields behind a column: those of tables that the record was in, and of those that it joins."""
        found: list[Field] = []
        known = self.acts.increment.storage.records.get(record)
        if known is not None:
            found += raw_fields(known.facts, table, name, self.classes)
        one = class_of((table, name), self.classes)
        joined = [Field(record, within, each) for within, each in sorted(one) if within in self.joined[record]]
        return [*found, *(each for each in joined if each not in found)]

    def mapped(self, record: str, table: str, but: set[str]) -> Iterator[tuple[str, Any]]:
        """The values that columns of a table show already, because they are one with others."""
        known = self.acts.increment.storage.records.get(record)
        shown = known.fields if known is not None else {}
        for within, name in sorted(self.classes):
            if within != table or name in but:
                continue
            one = class_of((table, name), self.classes)
            if (record, min(one)) in self.values:
                yield name, self.values[record, min(one)]
                continue
            values = [shown[at][each].value for at, each in sorted(one) if each in shown.get(at, ())]
            if values:
                yield name, values[0]


def _keys(acts: Acts, schema: Schema, joining: Iterable[Consequence]) -> dict[tuple[str, str], str]:
    """The next free keys for records that join tables with keys and have none there yet."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for each in joining:
        if schema.tables[each.table].key_column is not None and not _had_key(acts, each.record, each.table):
            wanted[each.table].append(each.record)
    found: dict[tuple[str, str], str] = {}
    for facet, records in wanted.items():
        keys = next_keys(acts.increment.storage, schema.tables[facet], len(records))
        found |= {(record, facet): key for record, key in zip(records, keys, strict=True)}
    return found


def _had_key(acts: Acts, record: str, table: str) -> bool:
    """Whether a record was in a table before, and gets its key back."""
    known = acts.increment.storage.records.get(record)
    tips = known.facts.tips if known is not None else {}
    return any(
        field.facet == table and field.name == KEY_COLUMN and not each[-1].unset and each[-1].value
        for field, each in tips.items()
    )
