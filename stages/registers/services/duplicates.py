"""Values of unique fields that several records show: two sites may both have made REQ-12, or a column became unique.

Each record but the first, by its id, has an open conflict of the kind `duplicate`. It is no conflict of the fold, and
in no state hash: whether a field is unique is a matter of the schema.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from kernel.statements import run
from stages.registers.fold.ids import COLUMN
from stages.registers.fold.refreshing import Changes
from stages.registers.fold.values import spell
from stages.registers.fold.views import Record
from stages.registers.schema import Schema
from stages.registers.storing.conflicts import Place, conflict_id
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage

KIND: Final = "duplicate"
_OPEN: Final = """
SELECT subject, facet, field, values[1] FROM registers_conflict
WHERE project_id = %s AND kind = 'duplicate' AND resolved_at IS NULL AND facet = ANY(%s)
"""
_OPEN_ANYWHERE: Final = """
SELECT subject, facet, field, values[1] FROM registers_conflict
WHERE project_id = %s AND kind = 'duplicate' AND resolved_at IS NULL
"""
_NEWEST: Final = "SELECT hash FROM registers_bundle WHERE project_id = %s ORDER BY arrival DESC LIMIT 1"
_TWICE: Final = """
SELECT shown -> %s, array_agg(record ORDER BY record) FROM registers_row
WHERE project_id = %s AND facet = %s AND shown -> %s NOT IN ('null'::jsonb, '""'::jsonb)
GROUP BY 1 HAVING count(*) > 1
"""
_OPENED: Final = """
INSERT INTO registers_conflict (project_id, id, kind, subject, facet, field, values, opened_at, opened_by_id,
    resolved_at, resolved_by_id)
SELECT bundle.project_id, added.id, 'duplicate', added.subject, added.facet, added.field, ARRAY[added.value],
    bundle.received_at, bundle.arrival, NULL, NULL
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[]) AS added (id, subject, facet, field, value)
JOIN registers_bundle AS bundle ON bundle.project_id = %s AND bundle.hash = %s
"""
_RESOLVED: Final = """
UPDATE registers_conflict AS conflict SET resolved_at = bundle.received_at, resolved_by_id = bundle.arrival
FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS gone (subject, facet, field), registers_bundle AS bundle
WHERE bundle.project_id = %s AND bundle.hash = %s AND conflict.project_id = bundle.project_id
    AND conflict.kind = 'duplicate' AND conflict.subject = gone.subject AND conflict.facet = gone.facet
    AND conflict.field = gone.field AND conflict.resolved_at IS NULL
"""

# A record, the facet and the field, with the canonical text of the value.
Where = tuple[str, str, str]
Found = dict[Where, str]


@dataclass(slots=True)
class DuplicateChanges:
    """Duplicates that came about, and those that are none any more."""

    opened: Found = field(default_factory=dict)
    resolved: Found = field(default_factory=dict)

    def write(self, project_id: UUID, bundle_hash: str) -> None:
        """Write them as of a bundle, which must be written already."""
        bundle = [project_id, bytes.fromhex(bundle_hash)]
        if self.resolved:
            columns = [list(each) for each in zip(*self.resolved, strict=True)]
            run((_RESOLVED, [[UUID(each) for each in columns[0]], *columns[1:], *bundle]))
        if self.opened:
            ids = [conflict_id(project_id, bundle_hash, Place(KIND, *where)) for where in self.opened]
            columns = [list(each) for each in zip(*self.opened, strict=True)]
            subjects = [UUID(each) for each in columns[0]]
            run((_OPENED, [ids, subjects, *columns[1:], list(self.opened.values()), *bundle]))


def find_changes(increment: StoredIncrement, schema: Schema, changes: Iterable[Changes]) -> DuplicateChanges:
    """What bundles that are applied and not written yet change of duplicates, by the schema after them."""
    storage = increment.storage
    records = {key: (storage.records.before.get(key), storage.records.rows.get(key)) for key in _records(changes)}
    wanted: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for facet, name in unique_fields(schema):
        for before, after in records.values():
            values = [_value(each, facet, name) for each in (before, after)]
            if spell(values[0]) != spell(values[1]):
                wanted[facet, name].update({spell(each): each for each in values if each not in (None, "")})
    asked = {where: values for where, values in wanted.items() if values}
    if not asked:
        return DuplicateChanges()
    expected: Found = {}
    for (facet, name), values_of in asked.items():
        for spelled, holders in storage.holders(facet, name, values_of.values()).items():
            expected |= {(record, facet, name): spelled for record in sorted(holders)[1:]}
    here = {
        where: value
        for where, value in open_duplicates(storage.project_id, {facet for facet, _name in asked}).items()
        if value in asked.get(where[1:], {})
    }
    return compare(here, expected)


def touches_columns(increment: StoredIncrement, changes: Iterable[Changes]) -> bool:
    """Whether bundles change columns, so that all duplicates have to be looked for (`find_all`)."""
    storage = increment.storage
    return any(
        _is_column(each)
        for key in _records(changes)
        for each in (storage.records.before.get(key), storage.records.rows.get(key))
    )


def find_all(project_id: UUID, schema: Schema) -> Found:
    """All duplicates of a project, by what is written."""
    found: Found = {}
    for facet, name in unique_fields(schema):
        for value, records in run((_TWICE, [name, project_id, facet, name])):
            spelled = spell(json.loads(value))
            found |= {(str(record), facet, name): spelled for record in records[1:]}
    return found


def open_duplicates(project_id: UUID, facets: Iterable[str]) -> Found:
    """The duplicates that are open in some tables."""
    rows = run((_OPEN, [project_id, list(facets)]))
    return {(str(subject), facet, name): value for subject, facet, name, value in rows}


def every_open_duplicate(project_id: UUID) -> Found:
    """The duplicates that are open anywhere in a project."""
    rows = run((_OPEN_ANYWHERE, [project_id]))
    return {(str(subject), facet, name): value for subject, facet, name, value in rows}


def compare(here: Mapping[Where, str], expected: Mapping[Where, str]) -> DuplicateChanges:
    """What has to be written, so that those that are expected are open; one with another value is another one."""
    return DuplicateChanges(
        {where: value for where, value in expected.items() if here.get(where) != value},
        {where: value for where, value in here.items() if expected.get(where) != value},
    )


def unique_fields(schema: Schema) -> Iterator[tuple[str, str]]:
    for facet, table in schema.tables.items():
        yield from ((facet, column.name) for column in table.columns if column.unique)


def _records(changes: Iterable[Changes]) -> set[str]:
    return {record for each in changes for record in each.records}


def _is_column(record: Record | None) -> bool:
    return record is not None and any(facet == COLUMN for _entity, facet in record.facts.facets)


def _value(record: Record | None, facet: str, name: str) -> Any:
    shown = record.fields.get(facet, {}).get(name) if record is not None else None
    return shown.value if shown is not None else None


@dataclass(slots=True)
class Duplicates:
    """The duplicates in one transaction: looked for before its bundles are written, written behind them."""

    increment: StoredIncrement
    # Before the bundles; None where it is not known.
    schema: Schema | None
    changes: DuplicateChanges = field(default_factory=DuplicateChanges)
    _everywhere: bool = False
    _applied: list[Changes] = field(default_factory=list)

    def look_later(self, changes: Changes) -> None:
        """Take a bundle that was applied along to the next `look`."""
        self._applied.append(changes)

    def look(self, *changes: Changes) -> None:
        """See what bundles that are applied and not written yet change."""
        applied = [*self._applied, *changes]
        self._everywhere = touches_columns(self.increment, applied)
        if applied and not self._everywhere:
            self.schema = self.schema or self._schema_now()
            self.changes = find_changes(self.increment, self.schema, applied)

    def write(self, bundle_hash: str) -> None:
        """Write them, as of the last bundle. Where columns changed, all that is written is looked at."""
        project_id = self.increment.storage.project_id
        if self._everywhere:
            self.changes = compare(every_open_duplicate(project_id), find_all(project_id, self._schema_now()))
        self.changes.write(project_id, bundle_hash)

    def _schema_now(self) -> Schema:
        storage = self.increment.storage
        return Schema.read(storage, str(storage.project_id))


def renew_duplicates(project_id: UUID) -> None:
    """Open and resolve duplicates by what is written now, as of the bundle that came last."""
    storage = PostgresStorage(project_id)
    found = compare(every_open_duplicate(project_id), find_all(project_id, Schema.read(storage, str(project_id))))
    for (digest,) in run((_NEWEST, [project_id])):
        found.write(project_id, bytes(digest).hex())
