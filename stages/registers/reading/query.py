r"""Which rows of a table are asked for, in which order: as a page's address, a saved view and REST write it.

`?sort=-prio,key&filter=area:is:Safety|Dosing&filter=due:empty&q=pump`. A filter is a field, an operator and values with
`|` between them. A backslash before `|`, `:`, `,` or a backslash says that the character itself is meant. What begins
with a colon, as no name does, is no column: `:out:TYPE` and `:in:TYPE` are links from and to the records, and there are
`:conflict` and `:changed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol
from urllib.parse import urlencode

from django.utils.translation import gettext

from kernel.errors import ValidationFailed
from kernel.ijson import check_storable
from stages.registers.reading.operators import (
    CHANGED,
    CONFLICT,
    WITHOUT_VALUES,
    WORDS,
    is_typed,
    link_of,
    operators_of,
)
from stages.registers.schema import Column, Schema, Table
from stages.registers.schema.model import DATETIME
from stages.registers.schema.values import read_text

MAX_FILTERS: Final = 20
MAX_VALUES: Final = 100
MAX_SORT: Final = 5
MAX_TEXT: Final = 200
_SPECIAL: Final = re.compile(r"[\\|:,]")


class Parameters(Protocol):
    """The parameters of an address, such as Django's `QueryDict`."""

    def getlist(self, key: str, /) -> Sequence[object]: ...


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on one field; values are texts as people type them, one of which has to fit."""

    field: str
    op: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        spelled = "|".join(map(_escape, self.values))
        return f"{_spell_field(self.field)}:{self.op}" + (f":{spelled}" if self.values else "")


@dataclass(frozen=True, slots=True)
class Query:
    """The rows of a table that meet all filters and have all words of `text`; `sort` is `(field, descending)`."""

    facet: str
    sort: tuple[tuple[str, bool], ...] = ()
    filters: tuple[Filter, ...] = field(default=())
    text: str = ""

    @property
    def is_all(self) -> bool:
        return not self.filters and not self.text.strip()

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of an address; those of a query for everything are none."""
        sort = ",".join(("-" if descending else "") + _escape(name) for name, descending in self.sort)
        found = [("sort", sort)] if sort else []
        found += [("filter", str(each)) for each in self.filters]
        return [*found, ("q", self.text)] if self.text else found

    def __str__(self) -> str:
        return urlencode(self.pairs())

    def without(self, at: int) -> Query:
        """The query without one of its filters."""
        return replace(self, filters=self.filters[:at] + self.filters[at + 1 :])

    def sorted_by(self, name: str) -> Query:
        """By this column; descending where it is sorted by it already."""
        return replace(self, sort=((name, self.sort[:1] == ((name, False),)),))


def parse_query(schema: Schema, facet: str, parameters: Parameters, *, lenient: bool = False) -> Query:
    """The query of an address. Raises `ValidationFailed` naming `sort`, `filter` or `q`.

    With `lenient`, what does not fit the table is left out: a saved view survives a column that was removed.
    """
    table = schema.table(facet) or Table(facet)
    text = _one(parameters, "q")
    try:
        if len(text) > MAX_TEXT:
            raise _refuse("q", gettext("A search has at most %(most)s characters.") % {"most": MAX_TEXT})
    except ValidationFailed:
        if not lenient:
            raise
        text = text[:MAX_TEXT]
    sort = tuple(_parse_sort(table, _one(parameters, "sort"), lenient=lenient))
    filters = tuple(_parse_filters(schema, table, map(str, parameters.getlist("filter")), lenient=lenient))
    return Query(facet, sort, filters, text)


def parse_filter(schema: Schema, table: Table, written: str) -> Filter:
    """One filter. Raises `ValidationFailed` naming `filter`."""
    check_storable(written, name="filter")
    parts = _split(written, ":", 4)
    if parts[:1] == [""] and parts[1:2] and parts[1] in ("in", "out"):
        name, rest = f":{parts[1]}:{_plain(parts[2]) if parts[2:] else ''}", parts[3:]
    elif parts[:1] == [""]:
        name, rest = f":{parts[1] if parts[1:] else ''}", _split(written, ":", 3)[2:]
    else:
        name, rest = _plain(parts[0]), _split(written, ":", 2)[1:]
    op = rest[0] if rest else ""
    operators = operators_of(schema, table, name)
    if operators is None:
        words = gettext("There is no column “%(name)s” in %(table)s.")
        raise _refuse("filter", words % {"name": name[:100], "table": table.label})
    if op not in operators:
        words = gettext("“%(op)s” is no condition for %(name)s. There are: %(ops)s.")
        raise _refuse("filter", words % {"op": op[:20], "name": name[:100], "ops": ", ".join(operators)})
    joined = rest[1] if len(rest) > 1 else None
    values = tuple(map(_plain, _split(joined, "|"))) if joined is not None else ()
    if op in WITHOUT_VALUES:
        return Filter(name, op)
    if not 1 <= len(values) <= MAX_VALUES:
        words = gettext("The filter of %(name)s takes 1 to %(most)s values.")
        raise _refuse("filter", words % {"name": name[:100], "most": MAX_VALUES})
    _check_values(table, name, op, values)
    return Filter(name, op, values)


def _check_values(table: Table, name: str, op: str, values: Sequence[str]) -> None:
    column = table.column(name)
    if name == CHANGED:
        column = Column(name, DATETIME, title=gettext("Changed"))
    if column is None or not is_typed(column) or op in WORDS:
        return
    for value in values:
        try:
            read_text(column, value)
        except ValidationFailed as error:
            raise _refuse("filter", " ".join(map(str, error.errors.get(column.name, [])))) from None


def _parse_filters(schema: Schema, table: Table, listed: Iterable[str], *, lenient: bool) -> Iterator[Filter]:
    for at, written in enumerate(listed):
        try:
            if at >= MAX_FILTERS:
                raise _refuse("filter", gettext("A query has at most %(most)s filters.") % {"most": MAX_FILTERS})
            yield parse_filter(schema, table, written)
        except ValidationFailed:
            if not lenient:
                raise


def _parse_sort(table: Table, written: str, *, lenient: bool) -> Iterator[tuple[str, bool]]:
    for at, part in enumerate(_split(written, ",") if written else ()):
        name = _plain(part.removeprefix("-"))
        if at < MAX_SORT and (table.column(name) or name == CHANGED):
            yield name, part.startswith("-")
        elif not lenient:
            words = gettext("There is no column “%(name)s” in %(table)s to sort by.")
            raise _refuse("sort", words % {"name": name[:100], "table": table.label})


def _one(parameters: Parameters, name: str) -> str:
    found = parameters.getlist(name)
    return str(found[-1]) if found else ""


def _refuse(name: str, words: str) -> ValidationFailed:
    return ValidationFailed({name: [words]})


def _spell_field(name: str) -> str:
    if (link := link_of(name)) is not None:
        return f":{link[0]}:{_escape(link[1])}"
    return name if name in (CONFLICT, CHANGED) else _escape(name)


def _escape(text: str) -> str:
    escaped = _SPECIAL.sub(r"\\\g<0>", text)
    return f"\\{escaped}" if escaped.startswith("-") else escaped


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _split(text: str, by: str, most: int = 0) -> list[str]:
    """Parts between characters that are not escaped, at most `most` cuts (0: all of them); escapes stay."""
    parts: list[str] = []
    at = start = 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == by and (not most or len(parts) < most):
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return [*parts, text[start:]]
