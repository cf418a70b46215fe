"""The columns of a table as its grid shows them: heads, widths, how cells are edited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from stages.registers.reading.operators import link_field
from stages.registers.schema import Column, Schema, Table
from stages.registers.schema.model import BOOLEAN, ENTITY, ENUM, FILE, KEY_COLUMN

LINKS: Final = "links"
# Of a table that is opened without a choice; more are in its menu.
SHOWN_AT_FIRST: Final = 12

ICONS: Final[Mapping[str, str]] = {
    "text": "type",
    "integer": "hash",
    "float": "hash",
    "boolean": "square-check",
    "date": "calendar",
    "datetime": "clock",
    "duration": "timer",
    "enum": "circle-chevron-down",
    "entity-reference": "link",
    "blob-reference": "paperclip",
    "list": "list",
    LINKS: "link",
}
TYPE_WORDS: Final[Mapping[str, Promise]] = {
    "text": _("Text"),
    "integer": _("Whole number"),
    "float": _("Decimal number"),
    "boolean": _("Yes or no"),
    "date": _("Date"),
    "datetime": _("Date and time"),
    "duration": _("Duration"),
    "enum": _("Choice of options"),
    "entity-reference": _("Record of a table"),
    "blob-reference": _("File"),
    "list": _("Lines, written together"),
}
_WIDTHS: Final[Mapping[str, int]] = {
    "text": 124,
    "integer": 88,
    "float": 88,
    "boolean": 84,
    "date": 108,
    "datetime": 148,
    "duration": 116,
    "enum": 92,
    "entity-reference": 116,
    "blob-reference": 148,
    "list": 160,
    LINKS: 164,
}
_KEY_WIDTH: Final = 80
# The first text of a table says what its records are: it takes what is left.
_WIDEST: Final = 260
# Bounds of a width that somebody chooses, in pixels.
MIN_WIDTH: Final = 48
MAX_WIDTH: Final = 1_200
_AT_THE_END: Final = frozenset({"integer", "float", "duration"})
_EDITORS: Final[Mapping[str, str]] = {
    "integer": "number",
    "float": "number",
    BOOLEAN: "toggle",
    ENUM: "choice",
    ENTITY: "record",
    FILE: "file",
    LINKS: "none",
}


@dataclass(frozen=True, slots=True)
class GridColumn:
    """One column of the grid. `column` is None for links.

    `editor` is how the script edits its cells; with `none`, Enter opens the record, and with `file` the form in which a
    file is chosen. `pastes` says whether pasted texts
    go into it, `is_end` whether values are at the right.
    """

    field: str
    title: str
    type: str
    width: int
    editor: str
    pastes: bool
    column: Column | None = None
    # It takes what is left of the room.
    grows: bool = False
    # Its width was chosen by somebody, instead of the usual one.
    is_sized: bool = False
    usual: int = 0

    @property
    def icon(self) -> str:
        if self.field == KEY_COLUMN:
            return "hash"
        return "equal" if self.column is not None and self.column.reference else ICONS[self.type]

    @property
    def is_end(self) -> bool:
        return self.type in _AT_THE_END

    @property
    def is_key(self) -> bool:
        return self.field == KEY_COLUMN

    @property
    def type_words(self) -> str | Promise:
        return TYPE_WORDS.get(self.type, _("Links"))

    def data(self) -> dict[str, Any]:
        """What the script knows of it."""
        choices: Iterable[tuple[str, str]] = ()
        if self.type == ENUM and self.column is not None:
            choices = ((each.id, each.title) for each in self.column.options)
        elif self.type == BOOLEAN:
            choices = (("true", "yes"), ("false", "no"))
        return {
            "field": self.field,
            "title": self.title,
            "editor": self.editor,
            "pastes": self.pastes,
            "width": self.width,
            "usual": self.usual or self.width,
            "grows": self.grows,
            "isSized": self.is_sized,
            "choices": [{"value": value, "label": label} for value, label in choices],
        }


def all_columns(schema: Schema, table: Table) -> list[GridColumn]:
    """Every column of a table: its own, then the links of its records."""
    widest = next((each.name for each in table.columns if each.type == "text" and each.name != KEY_COLUMN), None)
    own = [_own(each, isinstance(widest, str) and each.name == widest) for each in table.columns]
    return [*own, *_links(schema, table)]


def shown_columns(
    columns: Sequence[GridColumn], chosen: Sequence[str], widths: Mapping[str, int] | None = None
) -> list[GridColumn]:
    """Those that are chosen, in that order; without a choice the first ones. What is not there is left out.

    `widths` are those that somebody chose, in pixels.
    """
    named = {each.field: each for each in columns}
    found = [named[name] for name in dict.fromkeys(chosen) if name in named] or list(columns[:SHOWN_AT_FIRST])
    own = widths or {}
    return [_sized(each, own[each.field]) if each.field in own else each for each in found]


def _sized(column: GridColumn, width: int) -> GridColumn:
    return replace(column, width=width, is_sized=True, usual=column.width)


def read_widths(written: str) -> dict[str, int]:
    """The widths of an address, `statement~320,area~90`, within their bounds; what is no width is left out."""
    found: dict[str, int] = {}
    for each in written.split(","):
        name, _sign, width = each.rpartition("~")
        if name and width.isdecimal() and len(width) <= 5:
            found[name] = min(max(int(width), MIN_WIDTH), MAX_WIDTH)
    return found


def write_widths(widths: Mapping[str, int]) -> str:
    """The widths as an address has them."""
    return ",".join(f"{name}~{width}" for name, width in widths.items())


def _own(column: Column, is_widest: bool) -> GridColumn:
    is_key = column.name == KEY_COLUMN
    editor = _EDITORS.get(column.type, "text")
    if is_key or column.crdt or column.reference:
        editor = "none"
    width = _KEY_WIDTH if is_key else _WIDEST if is_widest else _WIDTHS[column.type]
    pastes = not column.reference and column.type != FILE
    return GridColumn(column.name, column.label, column.type, width, editor, pastes, column, grows=is_widest)


def _links(schema: Schema, table: Table) -> Iterator[GridColumn]:
    for relation, outgoing in schema.relations_of(table.facet):
        title = relation.label if outgoing else relation.inverse_label
        field = link_field(relation.type, outgoing=outgoing)
        yield GridColumn(field, title[:1].upper() + title[1:], LINKS, _WIDTHS[LINKS], "none", pastes=False)
