"""The statements that write, each for any number of rows: a value is an array with one entry for each row.

Most writes have one row of each kind. `filled` makes a statement of plain values for it, which Postgres and psycopg get
done in less time than one of arrays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from kernel.statements import Statement

BUNDLES: Final = """
INSERT INTO registers_bundle (project_id, bundle_id, site_key, number, first_hlc, first_op, hlc, actor_key, undoes,
    count, header, hash, clock, received_at, received_from)
SELECT %s, bundle_id, site_key, number, first_hlc, first_op, hlc, actor_key, undoes, count, header, hash, clock,
    received_at, received_from
FROM unnest(%s::uuid[], %s::bytea[], %s::int[], %s::bytea[], %s::uuid[], %s::bytea[], %s::bytea[], %s::uuid[],
    %s::int[], %s::text[], %s::bytea[], %s::jsonb[], %s::timestamptz[], %s::bytea[]) WITH ORDINALITY
AS added (bundle_id, site_key, number, first_hlc, first_op, hlc, actor_key, undoes, count, header, hash, clock,
    received_at, received_from, place) ORDER BY place
"""
OPERATIONS: Final = """
INSERT INTO registers_operation (project_id, bundle_id, position, op_id, hlc, text, signature, keys)
SELECT bundle.project_id, bundle.arrival, added.position, added.op_id, added.hlc, added.text, added.signature,
    added.keys::bigint[]
FROM unnest(%s::bytea[], %s::int[], %s::uuid[], %s::bytea[], %s::text[], %s::bytea[], %s::text[])
AS added (bundle, position, op_id, hlc, text, signature, keys)
JOIN registers_bundle AS bundle ON bundle.project_id = %s AND bundle.hash = added.bundle
ORDER BY bundle.arrival, added.position
"""
FIELDS: Final = """
INSERT INTO registers_fieldstate (project_id, entity, facet, field, tips, key_number)
SELECT %s, * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::jsonb[], %s::bigint[]) AS added
ON CONFLICT (project_id, entity, facet, field) DO UPDATE SET tips = excluded.tips, key_number = excluded.key_number
"""
DOCUMENTS: Final = """
INSERT INTO registers_document (project_id, entity, facet, field, last, state, text, clocks, pairs)
SELECT %s, * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::jsonb[], %s::bytea[], %s::text[], %s::jsonb[],
    %s::jsonb[]) AS added
ON CONFLICT (project_id, entity, facet, field) DO UPDATE SET last = excluded.last, state = excluded.state,
    text = excluded.text, clocks = excluded.clocks, pairs = excluded.pairs
"""
LIVES: Final = """
INSERT INTO registers_life (project_id, kind, subject, facet, acts, removals)
SELECT %s, * FROM unnest(%s::text[], %s::uuid[], %s::text[], %s::jsonb[], %s::jsonb[]) AS added
ON CONFLICT (project_id, kind, subject, facet) DO UPDATE SET acts = excluded.acts, removals = excluded.removals
"""
ENDS: Final = """
INSERT INTO registers_edgeends (project_id, edge, "order", type, source, target, ordered)
SELECT %s, * FROM unnest(%s::uuid[], %s::jsonb[], %s::text[], %s::uuid[], %s::uuid[], %s::boolean[]) AS added
ON CONFLICT (project_id, edge) DO UPDATE SET "order" = excluded."order", type = excluded.type,
    source = excluded.source, target = excluded.target, ordered = excluded.ordered
"""
INDEXES: Final = """
INSERT INTO registers_edgeindex (project_id, edge, write)
SELECT %s, * FROM unnest(%s::uuid[], %s::jsonb[]) AS added
ON CONFLICT (project_id, edge) DO UPDATE SET write = excluded.write
"""
MAPPINGS: Final = """
INSERT INTO registers_mapping (project_id, facet_a, field_a, facet_b, field_b, confirmed, write)
SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::boolean[], %s::jsonb[]) AS added
ON CONFLICT (project_id, facet_a, field_a, facet_b, field_b) DO UPDATE SET confirmed = excluded.confirmed,
    write = excluded.write
"""
RECORDS: Final = """
INSERT INTO registers_record (project_id, id, alive, facts, digest, conflict_count)
SELECT %s, * FROM unnest(%s::uuid[], %s::boolean[], %s::jsonb[], %s::bytea[], %s::int[]) AS added
ON CONFLICT (project_id, id) DO UPDATE SET alive = excluded.alive, facts = excluded.facts, digest = excluded.digest,
    conflict_count = excluded.conflict_count
"""
EDGES: Final = """
INSERT INTO registers_edge (project_id, id, type, source, target, shown, index, properties, facts, digest,
    conflict_count)
SELECT %s, * FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::boolean[], %s::text[], %s::jsonb[],
    %s::jsonb[], %s::bytea[], %s::int[]) AS added
ON CONFLICT (project_id, id) DO UPDATE SET type = excluded.type, source = excluded.source, target = excluded.target,
    shown = excluded.shown, index = excluded.index, properties = excluded.properties, facts = excluded.facts,
    digest = excluded.digest, conflict_count = excluded.conflict_count
"""
ROWS: Final = """
INSERT INTO registers_row (project_id, facet, record, key_number, shown, conflicts, search, changed)
SELECT %s, facet, record, key_number, shown, conflicts::varchar[], search::tsvector, changed
FROM unnest(%s::text[], %s::uuid[], %s::bigint[], %s::jsonb[], %s::text[], %s::text[], %s::bytea[])
AS added (facet, record, key_number, shown, conflicts, search, changed)
ON CONFLICT (project_id, facet, record) DO UPDATE SET key_number = excluded.key_number, shown = excluded.shown,
    conflicts = excluded.conflicts, search = excluded.search, changed = excluded.changed
"""
CONFLICTS: Final = """
INSERT INTO registers_conflict (project_id, id, kind, subject, facet, field, values, opened_at, opened_by_id,
    resolved_at, resolved_by_id)
SELECT opened.project_id, added.id, added.kind, added.subject, added.facet, added.field, added.values::text[],
    opened.received_at, opened.arrival, resolved.received_at, resolved.arrival
FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::bytea[])
AS added (id, kind, subject, facet, field, values, opened, resolved)
JOIN registers_bundle AS opened ON opened.project_id = %s AND opened.hash = added.opened
LEFT JOIN registers_bundle AS resolved ON resolved.project_id = %s AND resolved.hash = added.resolved
"""
CHANGED_CONFLICTS: Final = """
UPDATE registers_conflict AS conflict SET values = coalesce(changed.values::text[], conflict.values),
    resolved_at = resolved.received_at, resolved_by_id = resolved.arrival
FROM unnest(%s::text[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::bytea[])
AS changed (kind, subject, facet, field, values, resolved)
LEFT JOIN registers_bundle AS resolved ON resolved.project_id = %s AND resolved.hash = changed.resolved
WHERE conflict.project_id = %s AND conflict.kind = changed.kind AND conflict.subject = changed.subject
    AND conflict.facet = changed.facet AND conflict.field = changed.field AND conflict.resolved_at IS NULL
"""
GONE_RECORDS: Final = "DELETE FROM registers_record WHERE project_id = %s AND id = ANY(%s::uuid[])"
GONE_ROWS: Final = """
DELETE FROM registers_row USING unnest(%s::text[], %s::uuid[]) AS gone (facet, record)
WHERE registers_row.project_id = %s AND registers_row.facet = gone.facet AND registers_row.record = gone.record
"""
_ARRAYS: Final = re.compile(r"unnest\(((?:%s::\w+\[\](?:,\s*)?)+)\)")
_TYPE: Final = re.compile(r"%s::(\w+)\[\]")


def filled(
    statement: str, rows: Sequence[Sequence[Any]], before: Sequence[Any] = (), after: Sequence[Any] = ()
) -> Statement:
    """A statement that writes these rows, at least one, with the values before and after those of the rows."""
    if len(rows) == 1:
        return _of_one(statement), [*before, *rows[0], *after]
    columns = zip(*rows, strict=True)
    arrays = [array_text(type_, column) for type_, column in zip(_types(statement), columns, strict=True)]
    return statement, [*before, *arrays, *after]


def array_text(type_: str, values: Sequence[Any]) -> str:
    """An array as Postgres reads it: psycopg writes lists one by one, which takes ten times as long."""
    spell = _SPELLED.get(type_, str)
    return f"{{{','.join('NULL' if each is None else spell(each) for each in values)}}}"


def _quoted(value: Any) -> str:
    text = str(value)
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return '"' + text.replace('"', '\\"') + '"'


def _bytes(value: Any) -> str:
    return '"\\\\x' + bytes(value).hex() + '"'


# Those of all other types are written as they are.
_SPELLED: Final[Mapping[str, Callable[[Any], str]]] = {
    "text": _quoted,
    "jsonb": _quoted,
    "timestamptz": _quoted,
    "bytea": _bytes,
}


@cache
def _types(statement: str) -> list[str]:
    found = _ARRAYS.search(statement)
    assert found is not None
    return _TYPE.findall(found[1])


@cache
def _of_one(statement: str) -> str:
    """The statement with one row of values instead of arrays."""
    values = _ARRAYS.sub(lambda found: f"(VALUES ({found[1].replace('[]', '')}))", statement)
    return values.replace(" WITH ORDINALITY", "").replace(", place)", ")").replace(" ORDER BY place", "")
