"""The records and tables that people are in, for the bar of a project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Final
from uuid import UUID

from stages.registers.fold.ids import TABLE
from stages.registers.models import Row
from stages.registers.pages.cell_facts import is_id
from stages.registers.pages.frame import table_address
from stages.registers.pages.record_rows import record_address
from stages.registers.reading.naming import names_of
from stages.registers.reading.reader import Reader
from stages.registers.schema.model import KEY_COLUMN
from workspace.places import Place

# Of a record without a key, so much of its text.
MAX_NAME: Final = 60


def places_of_records(ids: Collection[str]) -> Mapping[str, Place]:
    """The tables and records by their ids. One query, and a few more for each project with records without a key."""
    found: dict[str, Place] = {}
    without: dict[UUID, set[str]] = defaultdict(set)
    rows = Row.objects.filter(record__in=[each for each in ids if is_id(each)])
    for row in rows.only("project_id", "facet", "record", "shown"):
        place = _place_of(row)
        if place is not None:
            found[str(row.record)] = place
        else:
            without[row.project_id].add(str(row.record))
    for project_id, records in without.items():
        found.update(_named(project_id, records - found.keys()))
    return found


def _place_of(row: Row) -> Place | None:
    """The place of a row that has a name by itself."""
    shown, record = row.shown, str(row.record)
    if row.facet == TABLE and isinstance(facet := shown.get("facet"), str):
        return Place(row.project_id, str(shown.get("title") or facet), table_address(row.project_id, facet))
    key = shown.get(KEY_COLUMN)
    return Place(row.project_id, key, record_address(row.project_id, record)) if isinstance(key, str) else None


def _named(project_id: UUID, records: Collection[str]) -> Iterator[tuple[str, Place]]:
    for record, name in names_of(Reader(project_id), records).items():
        if name.facet and not name.gone:
            yield record, Place(project_id, name.label[:MAX_NAME], record_address(project_id, record))
