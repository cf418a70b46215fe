"""What follows from the operations of a project, computed again from its log in the order in which bundles came."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.statements import run, run_together
from stages.registers.fold.bundles import Bundle
from stages.registers.storing.bundles import StoredBundle, operations_of, read_bundle_row
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage

_BUNDLES: Final = """
SELECT arrival, header, hash, site_key, clock, hlc, first_hlc, first_op, count FROM registers_bundle
WHERE project_id = %s AND arrival > %s ORDER BY arrival LIMIT %s
"""
_EMPTY: Final = (
    "DELETE FROM registers_conflict WHERE project_id = %s AND kind <> 'duplicate'",
    "DELETE FROM registers_row WHERE project_id = %s",
    "DELETE FROM registers_record WHERE project_id = %s",
    "DELETE FROM registers_edge WHERE project_id = %s",
    "DELETE FROM registers_mapping WHERE project_id = %s",
    "DELETE FROM registers_edgeindex WHERE project_id = %s",
    "DELETE FROM registers_edgeends WHERE project_id = %s",
    "DELETE FROM registers_life WHERE project_id = %s",
    "DELETE FROM registers_document WHERE project_id = %s",
    "DELETE FROM registers_fieldstate WHERE project_id = %s",
)
_BUNDLES_AT_ONCE: Final = 1_000
# How many operations are read together.
_AT_ONCE: Final = 2_000
# So many rows are written together, each once though many bundles changed it, and so many are kept at most.
_ROWS_WRITTEN: Final = 30_000
_ROWS_KEPT: Final = 60_000


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How much was computed again, and how long it took in seconds."""

    bundles: int
    operations: int
    seconds: float


class RebuildStorage(PostgresStorage):
    """A storage whose log is written already, and comes to be known bundle by bundle."""

    def __init__(self, project_id: UUID) -> None:
        super().__init__(project_id)
        self._heads, self._identity = {}, []

    def append(self, bundle: Bundle) -> bool:
        assert isinstance(bundle, StoredBundle)
        self.horizon = bundle.arrival
        self._advance(bundle)
        self.note_appended(bundle)
        return True

    def count(self) -> int:
        """How many rows are kept."""
        return sum(len(table.rows) for table in self.tables)

    def count_changed(self) -> int:
        """How many rows wait to be written."""
        return sum(len(table.before) for table in self.tables)


def rebuild(project_id: UUID) -> Rebuilt:
    """Compute everything again, in the caller's transaction and under the project's row lock."""
    began = time.monotonic()
    run_together([(statement, [project_id]) for statement in _EMPTY])
    storage = RebuildStorage(project_id)
    increment = StoredIncrement(storage)
    bundles = operations = 0
    for batch in _batches(project_id):
        storage.prepare_bundles(batch)
        for bundle in batch:
            increment.add(bundle)
        bundles, operations = bundles + len(batch), operations + sum(len(bundle.operations) for bundle in batch)
        if storage.count_changed() > _ROWS_WRITTEN:
            storage.flush()
            if storage.count() > _ROWS_KEPT:
                storage.forget()
    storage.flush()
    return Rebuilt(bundles, operations, time.monotonic() - began)


def _batches(project_id: UUID) -> Iterator[list[StoredBundle]]:
    """Bundles with about so many operations, with these, in the order in which they came."""
    batch: list[StoredBundle] = []
    size = 0
    for bundle, count in _bundles(project_id):
        batch.append(bundle)
        size += count
        if size >= _AT_ONCE:
            operations_of(batch)
            yield batch
            batch, size = [], 0
    if batch:
        operations_of(batch)
        yield batch


def _bundles(project_id: UUID) -> Iterator[tuple[StoredBundle, int]]:
    """All bundles with the number of their operations, a page at a time."""
    after = 0
    while rows := run((_BUNDLES, [project_id, after, _BUNDLES_AT_ONCE])):
        for *row, count in rows:
            yield read_bundle_row(tuple(row)), count
        after = rows[-1][0]
