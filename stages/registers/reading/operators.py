"""What a filter can ask of a field: its operators, by the type of its column, with their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from stages.registers.schema import Column, Schema, Table
from stages.registers.schema.model import ENTITY, FILE, LIST, TEXT

# Fields that are no columns.
CONFLICT: Final = ":conflict"
CHANGED: Final = ":changed"

_EMPTY: Final = {"empty": _("is empty"), "filled": _("is not empty")}
_TEXT: Final = {
    "has": _("contains"),
    "lacks": _("does not contain"),
    "is": _("is"),
    "isnt": _("is not"),
    "starts": _("begins with"),
    **_EMPTY,
}
_NUMBER: Final = {
    "is": _("is"),
    "isnt": _("is not"),
    "lt": _("is less than"),
    "le": _("is at most"),
    "gt": _("is more than"),
    "ge": _("is at least"),
    **_EMPTY,
}
_TIME: Final = {
    "is": _("is"),
    "lt": _("is before"),
    "le": _("is not after"),
    "gt": _("is after"),
    "ge": _("is not before"),
    **_EMPTY,
}
_CHOICE: Final = {"is": _("is"), "isnt": _("is not"), **_EMPTY}
_FILE: Final = {"has": _("contains"), **_EMPTY}

_OF_TYPES: Final[Mapping[str, Mapping[str, Promise]]] = {
    "text": _TEXT,
    "list": _TEXT,
    "integer": _NUMBER,
    "float": _NUMBER,
    "duration": _NUMBER,
    "boolean": _CHOICE,
    "date": _TIME,
    "datetime": _TIME,
    "enum": _CHOICE,
    "entity-reference": _CHOICE,
    "blob-reference": _FILE,
}
_OF_LINKS: Final[Mapping[str, Promise]] = {"is": _("is"), "empty": _("is empty"), "filled": _("is not empty")}
_OF_CONFLICT: Final[Mapping[str, Promise]] = {"filled": _("is in conflict"), "empty": _("is not in conflict")}
_OF_CHANGED: Final[Mapping[str, Promise]] = {"gt": _("is after"), "lt": _("is before")}

WITHOUT_VALUES: Final = frozenset(_EMPTY)
# What compares letters, whatever the type.
WORDS: Final = frozenset({"has", "lacks", "starts"})


def operators_of(schema: Schema, table: Table, name: str) -> Mapping[str, Promise] | None:
    """The operators of a field, each with its words, the usual one first; None where there is no such field."""
    if name == CONFLICT:
        return _OF_CONFLICT
    if name == CHANGED:
        return _OF_CHANGED
    if (link := link_of(name)) is not None:
        return _OF_LINKS if link[1] in schema.relations else None
    column = table.column(name)
    return operators_of_column(column) if column is not None else None


def operators_of_column(column: Column) -> Mapping[str, Promise]:
    return _FILE if column.reference else _OF_TYPES[column.type]


def is_typed(column: Column) -> bool:
    """Whether a filter's values have to fit the column: they are no mere texts, and no keys of records."""
    return column.type not in (TEXT, LIST, FILE, ENTITY) and not column.reference


def link_of(name: str) -> tuple[str, str] | None:
    """Direction (`in` or `out`) and type of a field that stands for links; None for any other field."""
    for direction in ("in", "out"):
        if name.startswith(prefix := f":{direction}:"):
            return direction, name.removeprefix(prefix)
    return None


def link_field(type_: str, *, outgoing: bool) -> str:
    """The field that stands for the links of a type from the records of a table, or to them."""
    return f":{'out' if outgoing else 'in'}:{type_}"
