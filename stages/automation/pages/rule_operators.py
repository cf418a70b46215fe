"""How the builder compares the values of a column: what it offers for the column's type, each as a plain sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from stages.automation.pages.rule_form import ABOVE, BELOW, DIFFERS, EMPTY, FILLED, HOLDS, SAME
from stages.registers.schema import Column
from stages.registers.schema.model import BOOLEAN, DATE, DATETIME, DURATION, ENTITY, ENUM, FILE, FLOAT, INTEGER, TEXT

_ALWAYS: Final = ("is", "not", EMPTY, FILLED, SAME, DIFFERS)
_LISTED: Final = (*_ALWAYS, "in")
_ORDERED: Final = (*_LISTED, "less", "more", BELOW, ABOVE)
# Of other types everything is offered.
_OFFERED: Final = {
    BOOLEAN: _ALWAYS,
    ENUM: _LISTED,
    ENTITY: _LISTED,
    FILE: _LISTED,
    INTEGER: _ORDERED,
    FLOAT: _ORDERED,
    DATE: _ORDERED,
    DATETIME: _ORDERED,
    DURATION: _ORDERED,
}


@dataclass(frozen=True, slots=True)
class Operator:
    """A comparison that can be chosen."""

    value: str
    label: str


def operators_of(column: Column | None, chosen: str = "") -> list[Operator]:
    """The comparisons for a column (None: for any), with the one that is chosen already."""
    words = _words(column.type if column is not None else "")
    offered = _OFFERED.get(column.type) if column is not None else None
    return [
        Operator(value, label)
        for value, label in words.items()
        if offered is None or value in offered or value == chosen
    ]


def _words(type_: str) -> dict[str, str]:
    less, more, below, above = _ordered(type_)
    return {
        "is": _("is"),
        "not": _("is not"),
        "in": _("is one of"),
        "less": less,
        "more": more,
        "contains": _("contains"),
        EMPTY: _("is empty"),
        FILLED: _("is not empty"),
        SAME: _("is the same as the column"),
        DIFFERS: _("is not the same as the column"),
        BELOW: below,
        ABOVE: above,
        HOLDS: _("contains the text of the column"),
    }


def _ordered(type_: str) -> tuple[str, str, str, str]:
    """Less and more than a value, and than what is in another column."""
    if type_ in (DATE, DATETIME):
        return _("is before"), _("is after"), _("is before the column"), _("is after the column")
    if type_ == DURATION:
        columns = _("is shorter than the column"), _("is longer than the column")
        return _("is shorter than"), _("is longer than"), *columns
    if type_ == TEXT:
        columns = _("comes before the column"), _("comes after the column")
        return _("comes before"), _("comes after"), *columns
    return _("is less than"), _("is more than"), _("is less than the column"), _("is more than the column")
