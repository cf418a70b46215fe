"""Keys such as REQ-12, and other values that no two records of a table may share."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

from stages.registers.fold.storage import Derived
from stages.registers.fold.values import spell
from stages.registers.fold.views import Record
from stages.registers.schema.model import KEY_COLUMN, Table
from stages.registers.schema.reading import Schema

# Of keys that are written at this site; numbers of up to 15 digits are read.
MAX_KEY_NUMBER: Final = 10**12 - 1


@runtime_checkable
class Lookup(Protocol):
    """Finds records by what they show. Another storage than the one in memory asks its database."""

    def holders(self, facet: str, name: str, values: Iterable[object]) -> Mapping[str, list[str]]:
        """The living records that show one of these values in a field, by the value's canonical text."""

    def highest_key(self, facet: str, prefix: str) -> int:
        """The highest number that a key of a table ever had, deleted records included; 0 where there is none."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Records that show the same value in a unique field, at least two."""

    facet: str
    field: str
    value: object
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """Looks at every record of a table."""

    storage: Derived

    def holders(self, facet: str, name: str, values: Iterable[object]) -> dict[str, list[str]]:
        wanted = {spell(value) for value in values}
        found: dict[str, list[str]] = defaultdict(list)
        for record in self._records(facet):
            shown = record.fields.get(facet, {}).get(name)
            if shown is not None and (spelled := spell(shown.value)) in wanted:
                found[spelled].append(record.id)
        return dict(found)

    def highest_key(self, facet: str, prefix: str) -> int:
        highest = 0
        for record in self._records(facet):
            for field, tips in record.facts.tips.items():
                if field[1:] == (facet, KEY_COLUMN):
                    highest = max(highest, *(key_number(prefix, tip.value) or 0 for tip in tips), 0)
        return highest

    def _records(self, facet: str) -> Iterator[Record]:
        entities = self.storage.entities_with(facet)
        self.storage.records.prefetch(entities)
        seen = set()
        for entity in entities:
            record = self.storage.records.get(entity)
            if record is not None and record.id not in seen:
                seen.add(record.id)
                yield record


def lookup_of(storage: Derived) -> Lookup:
    """The fastest lookup that a storage offers."""
    return storage if isinstance(storage, Lookup) else Scan(storage)


def key_number(prefix: str, key: object) -> int | None:
    """The number 12 of the key REQ-12; None for what is no key with this prefix."""
    if not isinstance(key, str) or not prefix:
        return None
    found = re.fullmatch(rf"{re.escape(prefix)}-([1-9][0-9]{{0,14}})", key)
    return int(found[1]) if found else None


def next_keys(storage: Derived, table: Table, count: int, given: Iterable[object] = ()) -> list[str]:
    """The next free keys of a table, beyond all that were used and those `given` in the same bundle."""
    highest = lookup_of(storage).highest_key(table.facet, table.key_prefix)
    highest = max([highest, *(key_number(table.key_prefix, each) or 0 for each in given)])
    return [f"{table.key_prefix}-{highest + each}" for each in range(1, count + 1)]


def find_record(storage: Derived, schema: Schema, facet: str, key: str) -> str | None:
    """The record with a key, in capitals or not: in a table, or in any table with keys. None for none or several."""
    tables = [schema.tables[facet]] if facet in schema.tables else [] if facet else list(schema.tables.values())
    found: set[str] = set()
    for table in tables:
        prefix, typed = table.key_prefix, key
        if prefix and key.casefold().startswith(f"{prefix}-".casefold()):
            typed = f"{prefix}{key[len(prefix) :]}"
        if prefix and key_number(prefix, typed) is not None:
            found.update(lookup_of(storage).holders(table.facet, KEY_COLUMN, [typed]).get(spell(typed), ()))
    return found.pop() if len(found) == 1 else None


def key_of(schema: Schema, record: Record) -> str:
    """What a record is called: its first key, else the first text that it shows, else the beginning of its id."""
    for facet, table in schema.tables.items():
        key = record.fields.get(facet, {}).get(KEY_COLUMN) if table.key_prefix else None
        if key is not None and isinstance(key.value, str) and key.value:
            return key.value
    for facet, table in schema.tables.items():
        for column in table.columns:
            shown = record.fields.get(facet, {}).get(column.name)
            if shown is not None and isinstance(shown.value, str) and shown.value:
                return shown.value[:60]
    return record.id[:8]


def find_duplicates(storage: Derived, schema: Schema, records: Iterable[str]) -> list[Duplicate]:
    """The values of unique fields that these records share with others, or with one another."""
    values: dict[tuple[str, str], dict[str, object]] = defaultdict(dict)
    for each in records:
        record = storage.records.get(each)
        for facet, shown in (record.fields if record else {}).items():
            table = schema.table(facet)
            for column in table.columns if table else ():
                if column.unique and column.name in shown and (value := shown[column.name].value) not in (None, ""):
                    values[facet, column.name][spell(value)] = value
    found = []
    for (facet, name), wanted in sorted(values.items()):
        for spelled, holders in sorted(lookup_of(storage).holders(facet, name, wanted.values()).items()):
            if len(holders) > 1:
                found.append(Duplicate(facet, name, wanted[spelled], tuple(sorted(holders))))
    return found
