"""The schema of what is stored, which is kept in memory until a record of it changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from drafts.memory import Memory
from stages.registers.schema.reading import FACETS, Schema
from stages.registers.storing.storage import PostgresStorage

_KEPT: Final = 200
# By project and `PostgresStorage.schema_print`, which says all that a schema is made of: never outdated.
_schemas: Memory[tuple[str, bytes], Schema] = Memory(_KEPT)


def stored_schema(storage: PostgresStorage) -> Schema:
    """The schema that the records in a storage make up, what it has taken and not written yet included."""
    project = str(storage.project_id)
    found = storage.schema_print
    if found is None:
        return Schema.read(storage, project)
    key = (project, found)
    schema = _schemas.recall([key]).get(key)
    if schema is None:
        schema = Schema.read(storage, project)
        _schemas.keep({key: schema})
    return schema


def concern_schema(storage: PostgresStorage, records: Iterable[str]) -> bool:
    """Whether one of these records, which were changed and are not written yet, is part of the schema, or was."""
    tables = (storage.records.before, storage.records.rows)
    return any(
        facet in FACETS
        for record in records
        for found in (table.get(record) for table in tables)
        for _entity, facet in (found.facts.facets if found is not None else ())
    )
