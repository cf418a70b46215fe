"""A table as a board: its records in groups, by the value of one column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext

from stages.registers.reading.conditions import select, text_of
from stages.registers.reading.query import Query
from stages.registers.reading.reader import Reader
from stages.registers.reading.rows import GridRow, record_ids, rows_of
from stages.registers.schema import Column
from stages.registers.schema.model import BOOLEAN

# Records of a group that are shown at first, with one further step, and at most.
FIRST: Final = 30
STEP: Final = 50
MAX_SHOWN: Final = 2_000
# The groups without a value, and of values that are no option, at the place of a value.
NONE: Final = ""
OTHER: Final = "\x00"


@dataclass(frozen=True, slots=True)
class Group:
    """The records that have one value; `value` is as it is sent, empty for none. `rows` are the first of `count`.

    `typed` is how cells write it. Where `takes` is false, nothing can be moved there: these values are no options any
    more.
    """

    value: str
    title: str
    typed: str
    count: int
    rows: Sequence[GridRow]
    takes: bool = True

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.rows)


def read_groups(reader: Reader, query: Query, column: Column, shown: Mapping[str, int]) -> list[Group]:
    """The groups of a query in the order of the options, those without a value first.

    `shown` says how many records of a group are wanted, of others it is `FIRST`. It reads the order and the values of
    all records, and the cells of those that are shown.
    """
    titles = _titles(column)
    found: dict[str, list[str]] = {value: [] for value in titles}
    found[OTHER] = []
    values = dict(select(reader, query).values_list("record", text_of(column.name)))
    of_record = {str(record): value or NONE for record, value in values.items()}
    for record in record_ids(reader, query):
        value = of_record.get(record, NONE)
        found[value if value in titles else OTHER].append(record)
    wanted = {value: ids[: min(shown.get(value, FIRST), MAX_SHOWN)] for value, ids in found.items()}
    rows = rows_of(reader, query.facet, [record for ids in wanted.values() for record in ids])
    of_id = {row.record: row for row in rows}
    if not found[OTHER]:
        del found[OTHER]
    return [
        Group(
            value,
            titles[value][0] if value in titles else gettext("Other values"),
            titles[value][1] if value in titles else "",
            len(ids),
            [of_id[each] for each in wanted[value] if each in of_id],
            value != OTHER,
        )
        for value, ids in found.items()
    ]


def _titles(column: Column) -> dict[str, tuple[str, str]]:
    """What the groups are called and how their value is typed, by the values as a record holds them."""
    none = {NONE: (gettext("None"), "")}
    if column.type == BOOLEAN:
        return {**none, "false": (gettext("No"), "no"), "true": (gettext("Yes"), "yes")}
    return {**none, **{each.id: (each.title, each.title) for each in column.options}}
