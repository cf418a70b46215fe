"""What of a table a page shows: its filters, order, columns and saved view, as the address says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from kernel.errors import NotFound, ValidationFailed
from stages.registers.pages.columns import GridColumn, all_columns, read_widths, shown_columns, write_widths
from stages.registers.reading import rows
from stages.registers.reading.query import Filter, Query, parse_query
from stages.registers.reading.reader import Reader
from stages.registers.schema import Table
from stages.registers.schema.model import SavedView

COLUMNS: Final = "columns"
WIDTHS: Final = "widths"
VIEW: Final = "view"
_OWN: Final = ("sort", "filter", "q", COLUMNS, WIDTHS)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What of a table a page of another stage shows, at its own `address`.

    It has these columns and no others (all where none is named), always with these filters, and in this order unless
    its reader chooses another one.
    """

    address: str
    columns: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class TableState:
    """A table as somebody looks at it. `chosen` names the columns of the address, none for the first ones.

    `widths` are those that the address gives columns, in pixels. `bounds` is None on the table's own page; elsewhere
    the query begins with the filters of the bounds.
    """

    project_id: UUID
    reader: Reader
    table: Table
    query: Query
    chosen: tuple[str, ...] = ()
    view: SavedView | None = None
    # What the address asks for and the table does not have; then the query is without it.
    problem: str = ""
    widths: Mapping[str, int] = field(default_factory=dict)
    bounds: Bounds | None = None

    @cached_property
    def all_columns(self) -> list[GridColumn]:
        return _columns(self.reader, self.table, self.bounds)

    @cached_property
    def columns(self) -> list[GridColumn]:
        return shown_columns(self.all_columns, self.chosen, self.widths)

    @cached_property
    def count(self) -> int:
        """How many records the query has."""
        return rows.count(self.project_id, self.query, reader=self.reader)

    @cached_property
    def total(self) -> int:
        """How many records the table has."""
        if self.query.is_all:
            return self.count
        return rows.count(self.project_id, Query(self.table.facet), reader=self.reader)

    @property
    def is_edited(self) -> bool:
        """Whether this is not what the saved view says."""
        return self.view is not None and self.written != _canonical(self.reader, self.table, self.view)

    @property
    def is_plain(self) -> bool:
        return not self.pairs()

    @property
    def written(self) -> str:
        """The query and the columns, as a saved view keeps them."""
        return urlencode(self.pairs())

    @property
    def own_filters(self) -> tuple[Filter, ...]:
        """The filters that can be taken away here."""
        return self.query.filters[len(self.bounds.filters) if self.bounds is not None else 0 :]

    @property
    def plain_address(self) -> str:
        """The address of the page, without a query."""
        if self.bounds is not None:
            return self.bounds.address
        return reverse("registers:table", args=[self.project_id, self.table.facet])

    def pairs(self) -> list[tuple[str, str]]:
        """What the address of this page says: of a page with bounds, what is not said by them."""
        if self.bounds is None:
            return self._written(self.query, self.chosen)
        sort = () if self.query.sort == self.bounds.sort else self.query.sort
        query = replace(self.query, filters=self.own_filters, sort=sort)
        return self._written(query, () if self.chosen == self.bounds.columns else self.chosen)

    def _written(self, query: Query, chosen: Sequence[str]) -> list[tuple[str, str]]:
        found = query.pairs()
        if chosen:
            found = [*found, (COLUMNS, ",".join(chosen))]
        return [*found, (WIDTHS, write_widths(self.widths))] if self.widths else found

    def at(self, name: str = "registers:table", *, extra: Sequence[tuple[str, str]] = ()) -> str:
        """The address of this, or of another page about it."""
        pairs = self.pairs()
        if self.bounds is not None:
            is_page = name == "registers:table"
            pairs = pairs if is_page else self._written(self.query, self.chosen)
            address = self.plain_address if is_page else reverse(name, args=[self.project_id, self.table.facet])
        else:
            if self.view is not None and (pairs or not self.is_edited):
                pairs = [(VIEW, self.view.name), *(pairs if self.is_edited else ())]
            address = reverse(name, args=[self.project_id, self.table.facet])
        query = urlencode([*pairs, *extra])
        return f"{address}?{query}" if query else address

    def with_query(self, query: Query) -> TableState:
        return replace(self, query=query)

    def with_columns(self, chosen: Sequence[str]) -> TableState:
        """With these columns, with the usual ones where none is named."""
        return replace(self, chosen=tuple(chosen) or (self.bounds.columns if self.bounds is not None else ()))


def read_state(
    project_id: UUID,
    facet: str,
    parameters: QueryDict,
    *,
    reader: Reader | None = None,
    bounds: Bounds | None = None,
) -> TableState:
    """What an address shows. Raises `NotFound` for a table or a view that is not there.

    A filter of a column that is gone, or that was typed wrong, is left out, and `problem` says so: an address that
    somebody kept leads to a page.
    """
    reader = reader or Reader(project_id)
    table = reader.schema.tables.get(facet)
    if table is None:
        raise NotFound(_("There is no table “%(table)s”.") % {"table": facet[:100]})
    view = _view_of(reader, table, parameters.get(VIEW, ""))
    asked = parameters
    if view is not None and not any(name in parameters for name in _OWN):
        asked = QueryDict(view.query)
    problem = ""
    try:
        query = parse_query(reader.schema, facet, asked, lenient=asked is not parameters)
    except ValidationFailed as refusal:
        problem = refusal.detail.partition(": ")[2] or refusal.detail
        query = parse_query(reader.schema, facet, asked, lenient=True)
    known = {each.field for each in _columns(reader, table, bounds)}
    chosen, widths = _chosen(known, asked), _widths(known, asked)
    if bounds is not None:
        query = replace(query, filters=(*bounds.filters, *query.filters), sort=query.sort or bounds.sort)
        chosen = chosen or bounds.columns
    return TableState(project_id, reader, table, query, chosen, view, problem, widths, bounds)


def _view_of(reader: Reader, table: Table, name: str) -> SavedView | None:
    if not name:
        return None
    found = next((each for each in reader.schema.views_of(table.facet) if each.name == name), None)
    if found is None:
        raise NotFound(_("There is no view “%(view)s” of %(table)s.") % {"view": name[:100], "table": table.label})
    return found


def _columns(reader: Reader, table: Table, bounds: Bounds | None) -> list[GridColumn]:
    found = all_columns(reader.schema, table)
    if bounds is None or not bounds.columns:
        return found
    named = {each.field: each for each in found}
    return [named[name] for name in bounds.columns if name in named]


def _chosen(known: Collection[str], parameters: QueryDict) -> tuple[str, ...]:
    """The columns that an address names, as far as they are there."""
    return tuple(name for name in dict.fromkeys(parameters.get(COLUMNS, "").split(",")) if name in known)


def _widths(known: Collection[str], parameters: QueryDict) -> dict[str, int]:
    """The widths that an address gives columns, as far as they are there."""
    return {name: width for name, width in read_widths(parameters.get(WIDTHS, "")).items() if name in known}


def _canonical(reader: Reader, table: Table, view: SavedView) -> str:
    """What a view's query is written as today."""
    parameters = QueryDict(view.query)
    query = parse_query(reader.schema, table.facet, parameters, lenient=True)
    known = {each.field for each in all_columns(reader.schema, table)}
    chosen, widths = _chosen(known, parameters), _widths(known, parameters)
    return TableState(reader.project_id, reader, table, query, chosen, widths=widths).written
