"""The bar over a table: its filters, order, columns and view, each with the addresses that change them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stages.registers.pages.columns import GridColumn
from stages.registers.pages.table_state import TableState
from stages.registers.reading.operators import CHANGED, CONFLICT, WITHOUT_VALUES, operators_of
from stages.registers.reading.query import Filter
from stages.registers.schema.model import ENUM

MARKS: Mapping[str, Promise] = {CONFLICT: gettext_lazy("The record"), CHANGED: gettext_lazy("Changed")}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in words: "Area is Safety or Dosing", and the address without it; empty where it always holds."""

    name: str
    words: str
    values: str
    without: str


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column. `sort` is `ascending`, `descending` or empty; `address` sorts by it, or the other way."""

    column: GridColumn
    sort: str
    address: str
    index: int

    @property
    def arrow(self) -> str:
        """The icon of its order, empty for none."""
        return {"ascending": "arrow-up", "descending": "arrow-down"}.get(self.sort, "")


@dataclass(frozen=True, slots=True)
class Condition:
    """A field that can be filtered by, with its operators and, of an enum, its options."""

    field: str
    label: str
    operators: Sequence[tuple[str, str, bool]]
    options: Sequence[str]


@dataclass(frozen=True, slots=True)
class Tools:
    """All of the bar."""

    chips: list[Chip]
    heads: list[Head]
    conditions: list[Condition]
    sort_words: str
    sortable: list[Head]
    shown: list[GridColumn]
    hidden: list[GridColumn]
    # Hidden inputs of forms: what of the address they keep.
    kept: list[tuple[str, str]]


def tools_of(state: TableState) -> Tools:
    """The bar over a table."""
    heads = [_head(state, column, at) for at, column in enumerate(state.columns, start=2)]
    shown = {each.field for each in state.columns}
    return Tools(
        chips=list(_chips(state)),
        heads=heads,
        conditions=list(_conditions(state)),
        sort_words=_sort_words(state),
        sortable=[_head(state, each, 0) for each in state.all_columns if each.column is not None],
        shown=state.columns,
        hidden=[each for each in state.all_columns if each.field not in shown],
        kept=kept_of(state),
    )


def _chips(state: TableState) -> Iterator[Chip]:
    fixed = len(state.query.filters) - len(state.own_filters)
    for at, each in enumerate(state.query.filters):
        without = "" if at < fixed else state.with_query(state.query.without(at)).at()
        yield Chip(label_of(state, each.field), _words(state, each), _joined(state, each), without)


def label_of(state: TableState, name: str) -> str:
    """What a field is called that is filtered by."""
    if name in MARKS:
        return str(MARKS[name])
    found = next((each.title for each in state.all_columns if each.field == name), None)
    # A filter that always holds may be of a column that is not shown.
    return found or next((each.label for each in state.table.columns if each.name == name), name)


def _words(state: TableState, each: Filter) -> str:
    operators = operators_of(state.reader.schema, state.table, each.field) or {}
    return str(operators.get(each.op, each.op))


def _joined(state: TableState, each: Filter) -> str:
    """The values of a filter, options by their titles."""
    column = state.table.column(each.field)
    titles = [(option.title if column and (option := column.option(value)) else value) for value in each.values]
    if len(titles) < 2:
        return "".join(titles)
    return _("%(first)s or %(last)s") % {"first": ", ".join(titles[:-1]), "last": titles[-1]}


def _head(state: TableState, column: GridColumn, index: int) -> Head:
    sort = next(
        (("descending" if down else "ascending") for name, down in state.query.sort if name == column.field), ""
    )
    address = state.with_query(state.query.sorted_by(column.field)).at() if column.column is not None else ""
    return Head(column, sort, address, index)


def _sort_words(state: TableState) -> str:
    if not state.query.sort:
        return ""
    name, down = state.query.sort[0]
    facts = {"column": label_of(state, name)}
    return (_("%(column)s, descending") if down else _("%(column)s, ascending")) % facts


def _conditions(state: TableState) -> Iterator[Condition]:
    for column in state.all_columns:
        own = column.column
        options = [each.title for each in own.options] if own is not None and own.type == ENUM else []
        yield Condition(column.field, column.title, _operators(state, column.field), options)
    for name, label in MARKS.items():
        yield Condition(name, str(label), _operators(state, name), [])


def _operators(state: TableState, name: str) -> list[tuple[str, str, bool]]:
    """Name, words, and whether it takes values."""
    found = operators_of(state.reader.schema, state.table, name) or {}
    return [(op, str(words), op not in WITHOUT_VALUES) for op, words in found.items()]


def kept_of(state: TableState) -> list[tuple[str, str]]:
    """What of the address forms keep, with the name of the view."""
    return [("view", state.view.name), *state.pairs()] if state.view is not None else state.pairs()
