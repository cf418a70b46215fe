"""Who deleted a record or a table, and why."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from stages.registers.fold.effects import Key, Subject
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import DeleteEntity
from stages.registers.pages.authors import Author, Authors
from stages.registers.reading.log import operations_on
from stages.registers.reading.reader import Reader
from stages.registers.reading.reasons import reasons_of
from stages.registers.reading.records import RecordReading
from stages.registers.schema import Table


@dataclass(frozen=True, slots=True)
class Gone:
    """A deletion; `table` is the table where one was deleted. There may be nobody who is known to have done it."""

    author: Author | None
    reason: str
    table: Table | None = None


def table_gone(reader: Reader, facet: str, user: User) -> Gone | None:
    """Who deleted a table; None for one that is there, and one that never was."""
    if facet in reader.schema.tables or (table := reader.removed.tables.get(facet)) is None:
        return None
    listed = operations_on(reader.project_id, [Key("life", Subject("entity", table.entity))])
    last = next((each for each in reversed(listed) if isinstance(each.payload, DeleteEntity)), None)
    return _gone(reader, last, user, table)


def record_gone(found: RecordReading, user: User) -> Gone | None:
    """Who deleted a record; None for one that lives."""
    return None if found.record.alive else _gone(found.reader, found.deleted, user)


def _gone(reader: Reader, by: Operation | None, user: User, table: Table | None = None) -> Gone:
    if by is None:
        return Gone(None, "", table)
    author = Authors(reader.project_id, user).of(by.actor_id, by.site, by.hlc)
    return Gone(author, reasons_of(reader.project_id, [by.bundle_id]).get(by.bundle_id, ""), table)
