"""Whether the duplicates that are open are those that there are."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from stages.registers.schema import Schema
from stages.registers.services.duplicates import compare, every_open_duplicate, find_all
from stages.registers.storing.storage import PostgresStorage


def faults_in_duplicates(project_id: UUID) -> Iterator[str]:
    """Compare them with the rows, which must have been compared with the operations before."""
    schema = Schema.read(PostgresStorage(project_id), str(project_id))
    changes = compare(every_open_duplicate(project_id), find_all(project_id, schema))
    for record, facet, name in sorted(changes.opened):
        yield f"that record {record} has the same {facet}.{name} as another one is not said"
    for record, facet, name in sorted(changes.resolved):
        yield f"no other record has the same {facet}.{name} as record {record}"
