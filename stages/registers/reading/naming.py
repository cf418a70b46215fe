"""What records are called: their key, and the text that says what they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext

from stages.registers.fold.views import as_it_was
from stages.registers.models import Row
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column, Table
from stages.registers.schema.model import KEY_COLUMN, LIST, TEXT

_SHORT_ID = 8


@dataclass(frozen=True, slots=True)
class Named:
    """A record as it is called. `facet` is the first of its tables, empty for one that is in none.

    `gone` says in words that the record was deleted, or its table; it is empty for one that is there.
    """

    record: str
    key: str
    text: str
    facet: str
    gone: str = ""

    @property
    def label(self) -> str:
        """Its key, or else its text, or else the beginning of its id."""
        return self.key or self.text or self.record[:_SHORT_ID]


def text_column(table: Table) -> Column | None:
    """The column that says what a record of a table is: the first text that is no key."""
    return next((each for each in table.columns if each.type in (TEXT, LIST) and each.name != KEY_COLUMN), None)


def name_of_row(table: Table, record: str, shown: Mapping[str, Any]) -> Named:
    """What a record is called by what it shows in a table."""
    column = text_column(table)
    key, text = shown.get(KEY_COLUMN), shown.get(column.name) if column else None
    return Named(record, key if isinstance(key, str) else "", text if isinstance(text, str) else "", table.facet)


def names_of(reader: Reader, entities: Iterable[str]) -> dict[str, Named]:
    """What these entities are called, absorbed ones by the record that shows them; each one has a name."""
    wanted = dict.fromkeys(entities)
    roots = reader.roots(wanted)
    tables = reader.schema.readable
    order = {facet: at for at, facet in enumerate(tables)}
    rows = Row.objects.filter(project_id=reader.project_id, record__in=set(roots.values()), facet__in=list(order))
    found: dict[str, Named] = {}
    for row in sorted(rows.only("facet", "record", "shown"), key=lambda each: order[each.facet], reverse=True):
        record = str(row.record)
        found[record] = name_of_row(tables[row.facet], record, row.shown)
    found.update(_gone(reader, set(roots.values()) - found.keys()))
    return {each: found.get(root := roots[each], Named(root, "", "", "")) for each in wanted}


def _gone(reader: Reader, records: Iterable[str]) -> dict[str, Named]:
    """What records are called that no table shows any more: they, or all their tables, were deleted."""
    found: dict[str, Named] = {}
    for record, each in reader.records(records).items():
        fields = as_it_was(each).fields
        shown = {facet: {name: value.value for name, value in fields[facet].items()} for facet in fields}
        place = next((facet for facet in reader.schema.readable if facet in shown), "")
        if place:
            words = "" if each.alive else gettext("deleted")
            named = name_of_row(reader.schema.readable[place], record, shown[place])
            found[record] = replace(named, gone=words)
        elif place := next((facet for facet in reader.removed.tables if facet in shown), ""):
            table = reader.removed.tables[place]
            words = gettext("table {table}, deleted").format(table=table.label)
            found[record] = replace(name_of_row(table, record, shown[place]), facet="", gone=words)
    return found
