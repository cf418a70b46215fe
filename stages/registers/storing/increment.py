"""The increment of the fold on Postgres: it also notes what each bundle changed."""

from __future__ import annotations

from stages.registers.fold.bundles import Bundle
from stages.registers.fold.increment import Increment
from stages.registers.fold.refreshing import Changes
from stages.registers.storing.storage import PostgresStorage


class StoredIncrement(Increment):
    """Applies bundles to what Postgres has; written by `storage.flush`."""

    storage: PostgresStorage

    def __init__(self, storage: PostgresStorage) -> None:
        storage.open()
        super().__init__(storage)

    def add(self, bundle: Bundle) -> Changes:
        changes = super().add(bundle)
        if changes.records or changes.edges or changes.opened or changes.resolved:
            self.storage.note(bundle, changes)
        return changes

    def fork(self) -> StoredIncrement:
        """One that goes on from here by itself, and is never written."""
        return StoredIncrement(self.storage.fork())
