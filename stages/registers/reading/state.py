"""The hash of what a project's registers show."""

from __future__ import annotations

from uuid import UUID

from stages.registers.fold.digests import mapping_digest, state_hash
from stages.registers.fold.ids import pair_id
from stages.registers.models import Edge, Record
from stages.registers.storing.storage import PostgresStorage


def state_hash_of(project_id: UUID) -> str:
    """The state hash (`fold.views.State.hash`), made of the digests that are stored with records and edges."""
    records = Record.objects.filter(project_id=project_id).values_list("id", "digest")
    edges = Edge.objects.filter(project_id=project_id).values_list("id", "digest")
    mappings = PostgresStorage(project_id).mappings.items()
    return state_hash(
        {str(record): bytes(digest) for record, digest in records.iterator()},
        {str(edge): bytes(digest) for edge, digest in edges.iterator()},
        {pair_id(pair): mapping_digest(each) for pair, each in mappings},
    )
