"""What verbs look up first: tables, columns and records that people may write, or the refusal that names them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from typing import Final

from django.utils.translation import gettext
from uuid_utils.compat import uuid7

from kernel.crdt.encoding import MAX_NUMBER
from kernel.errors import Conflict, NotFound
from stages.registers.catalogue import is_system
from stages.registers.fold.acts import Acts
from stages.registers.fold.effects import Field
from stages.registers.fold.errors import Malformed
from stages.registers.fold.members import check_name, check_text
from stages.registers.fold.storage import Derived
from stages.registers.fold.views import Edge, Record
from stages.registers.schema import Column, Schema, Table
from stages.registers.schema.linked import linked_table
from stages.registers.schema.reading import is_name
from stages.registers.schema.values import refuse

NewId = Callable[[], str]

MAX_TITLE: Final = 200
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def make_id() -> str:
    """An id of version 7."""
    return str(uuid7())


def make_client_id(storage: Derived, fields: Iterable[Field]) -> int:
    """A client id that nobody has written under in these shared texts, by chance not at another site either."""
    used: set[int] = set()
    for field in fields:
        if (document := storage.documents.get(field)) is not None:
            used.update(document.clocks)
    while (client_id := secrets.randbelow(MAX_NUMBER - 2) + 2) in used:
        pass
    return client_id


def table_of(schema: Schema, facet: str) -> Table:
    """A table by its name. Raises `NotFound`."""
    if (table := schema.tables.get(facet)) is None:
        raise NotFound(gettext("There is no table “%(table)s”.") % {"table": facet[:100]})
    return table


def column_of(table: Table, name: str) -> Column:
    """A column of a table. Raises `ValidationFailed` naming it."""
    if (column := table.column(name)) is None:
        words = gettext("There is no column “%(column)s” in %(table)s.")
        raise refuse(name[:100], words % {"column": name[:100], "table": table.label})
    return column


def record_of(acts: Acts, record: str) -> Record:
    """A living record of people, also by the id of one that was merged into it. Raises `NotFound`."""
    found = stored_record(acts, record)
    if found is None or not found.alive or any(is_system(facet) for facet in found.fields):
        raise NotFound(gettext("There is no record %(record)s.") % {"record": record[:100]}, record=record)
    return found


def end_of(acts: Acts, record: str) -> Record:
    """A record that a link may lead from or to: one of people, or one of an app. Raises `NotFound`."""
    found = stored_record(acts, record)
    if found is not None and found.alive and any(linked_table(facet) for facet in found.fields):
        return found
    return record_of(acts, record)


def stored_record(acts: Acts, record: str) -> Record | None:
    """A record, deleted or not, also by the id of one that was merged into it; None where there is none."""
    if not _ID.fullmatch(record):
        return None
    return acts.increment.storage.records.get(acts.increment.identity.root(record))


def is_record_id(record: str) -> bool:
    """Whether a text has the form of a record's id."""
    return _ID.fullmatch(record) is not None


def prefetch_records(acts: Acts, records: Iterable[str]) -> None:
    """Read these together, as far as they are ids."""
    root = acts.increment.identity.root
    acts.increment.storage.records.prefetch({root(each) for each in records if _ID.fullmatch(each)})


def record_in(acts: Acts, record: str, table: Table) -> Record:
    """A living record that is in a table. Raises `NotFound`, `Conflict` where it is in others only."""
    found = record_of(acts, record)
    if table.facet not in found.fields:
        words = gettext("The record is not in %(table)s.") % {"table": table.label}
        raise Conflict(words, record=found.id, table=table.facet)
    return found


def edge_of(acts: Acts, edge: str) -> Edge:
    """A link that is shown. Raises `NotFound`."""
    found = acts.increment.storage.edges.get(edge) if _ID.fullmatch(edge) else None
    if found is None or not found.shown:
        raise NotFound(gettext("There is no link %(edge)s.") % {"edge": edge[:100]}, edge=edge)
    return found


def new_name(name: str, member: str) -> str:
    """A name for a table, a column, a relation, an option or a view. Raises `ValidationFailed`."""
    try:
        check_name(name, member)
    except Malformed:
        words = gettext("A name has 1 to 100 characters, no colon, and no space at its ends.")
        raise refuse(member, words) from None
    if not is_name(name):
        words = gettext('A name has none of these: / \\ ? # % & , | " ` < >, and does not begin with - or a full stop.')
        raise refuse(member, words)
    return name


def new_title(title: str, member: str) -> str:
    """A title of at most 200 bytes, perhaps empty. Raises `ValidationFailed`."""
    try:
        check_text(title, member, MAX_TITLE)
    except Malformed:
        raise refuse(member, gettext("A title is a text of at most 200 bytes.")) from None
    return title
