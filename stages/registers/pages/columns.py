"""The columns of a table as its grid shows them: heads, widths, how cells are edited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    "date": _("Day"),
    "datetime": _("Time"),
    "duration": _("Duration"),
    "enum": _("Option"),
    "entity-reference": _("Record"),
    "blob-reference": _("File"),
    "list": _("List"),
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
_AT_THE_END: Final = frozenset({"integer", "float", "duration"})
_EDITORS: Final[Mapping[str, str]] = {
    "integer": "number",
    "float": "number",
    BOOLEAN: "toggle",
    ENUM: "choice",
    ENTITY: "record",
    FILE: "none",
    LINKS: "none",
}


@dataclass(frozen=True, slots=True)
class GridColumn:
    """One column of the grid. `column` is None for links.

    `editor` is how the script edits its cells; with `none`, Enter opens the record. `pastes` says whether pasted texts
    go into it, `is_end` whether values are at the right.
    """

    field: str
    title: str
    type: str
    width: int
    editor: str
    pastes: bool
    column: Column | None = None

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
            "choices": [{"value": value, "label": label} for value, label in choices],
        }


def all_columns(schema: Schema, table: Table) -> list[GridColumn]:
    """Every column of a table: its own, then the links of its records."""
    widest = next((each.name for each in table.columns if each.type == "text" and each.name != KEY_COLUMN), None)
    own = [_own(each, isinstance(widest, str) and each.name == widest) for each in table.columns]
    return [*own, *_links(schema, table)]


def shown_columns(columns: Sequence[GridColumn], chosen: Sequence[str]) -> list[GridColumn]:
    """Those that are chosen, in that order; without a choice the first ones. What is not there is left out."""
    named = {each.field: each for each in columns}
    found = [named[name] for name in dict.fromkeys(chosen) if name in named]
    return found or list(columns[:SHOWN_AT_FIRST])


def _own(column: Column, is_widest: bool) -> GridColumn:
    is_key = column.name == KEY_COLUMN
    editor = _EDITORS.get(column.type, "text")
    if is_key or column.crdt or column.reference:
        editor = "none"
    width = _KEY_WIDTH if is_key else _WIDEST if is_widest else _WIDTHS[column.type]
    pastes = not column.reference and column.type != FILE
    return GridColumn(column.name, column.label, column.type, width, editor, pastes, column)


def _links(schema: Schema, table: Table) -> Iterator[GridColumn]:
    for relation, outgoing in schema.relations_of(table.facet):
        title = relation.label if outgoing else relation.inverse_label
        field = link_field(relation.type, outgoing=outgoing)
        yield GridColumn(field, title[:1].upper() + title[1:], LINKS, _WIDTHS[LINKS], "none", pastes=False)
