"""What records are called: their key, and the text that says what they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stages.registers.models import Row
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column, Table
from stages.registers.schema.model import KEY_COLUMN, LIST, TEXT

_SHORT_ID = 8


@dataclass(frozen=True, slots=True)
class Named:
    """A record as it is called. `facet` is the first of its tables, empty for one that is deleted or in none."""

    record: str
    key: str
    text: str
    facet: str

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
    return {each: found.get(root := roots[each], Named(root, "", "", "")) for each in wanted}
