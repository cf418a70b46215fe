"""What the bundles that are not written yet have changed: for rows of tables, which say when that was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stages.registers.fold.bundles import Bundle
from stages.registers.fold.refreshing import Changes
from stages.registers.fold.views import Record
from stages.registers.storing.rows import ShownRow, rows_of
from stages.registers.storing.tables import StoredTable


@dataclass(frozen=True, slots=True)
class NotedRows:
    """The rows of a record by table that are stored, and those `after` it was changed to what it is now."""

    stored: dict[str, ShownRow]
    record: Record | None
    after: dict[str, ShownRow]


class NotedChanges:
    """The `bundles` with what each changed; `latest` is the HLC of the last one that changed a row (facet, record)."""

    def __init__(self, records: StoredTable[str, Record]) -> None:
        self._records = records
        self.bundles: list[tuple[Bundle, Changes]] = []
        self.latest: dict[tuple[str, str], str] = {}
        self._rows: dict[str, NotedRows] = {}

    def add(self, bundle: Bundle, changes: Changes, gone: Iterable[str]) -> None:
        """Note what a bundle changed; `gone` are records that were stored and are no longer shown."""
        self.bundles.append((bundle, changes))
        for key in (*changes.records, *gone):
            known, record = self._rows.get(key), self._records.rows.get(key)
            if known is None:
                stored = rows_of(self._records.before.get(key))
                known = NotedRows(stored, record, stored)
            after = rows_of(record)
            for facet, row in after.items():
                if known.after.get(facet) != row:
                    self.latest[facet, key] = bundle.hlc
            self._rows[key] = NotedRows(known.stored, record, after)

    def rows_of(self, key: str) -> tuple[Mapping[str, ShownRow], Mapping[str, ShownRow]]:
        """How tables show a record that was changed: as it is stored, and as it is now."""
        known, record = self._rows.get(key), self._records.rows.get(key)
        if known is not None and known.record is record:
            return known.stored, known.after
        return rows_of(self._records.before.get(key)), rows_of(record)

    def clear(self) -> None:
        """All of it is written."""
        for each in (self.bundles, self.latest, self._rows):
            each.clear()
