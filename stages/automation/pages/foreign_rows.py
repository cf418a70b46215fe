"""What a foreign view asks for, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from projects.field_names import label as field_label
from stages.automation.executing.grants import FIELD, RELATION, Grants
from stages.registers.schema import Schema


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One capability: `value` is how the form names it, `code` how the module spells it; `is_there` unless the project
    lacks the table, the column or the kind of links.
    """

    value: str
    label: str
    words: str
    code: str
    is_granted: bool
    is_there: bool


def grant_rows(schema: Schema, asks: Grants, granted: Grants) -> list[GrantRow]:
    """What a view asks to read and to propose, and what of it is granted."""
    return [*_rows(schema, "read", asks.read, granted.read), *_rows(schema, "write", asks.write, granted.write)]


def _rows(schema: Schema, member: str, asked: tuple[str, ...], granted: tuple[str, ...]) -> Iterator[GrantRow]:
    label = _("Read") if member == "read" else _("Propose changes of")
    for each in asked:
        words, is_there = _words(schema, each, is_write=member == "write")
        yield GrantRow(f"{member}:{each}", label, words, each, each in granted, is_there)


def _words(schema: Schema, capability: str, *, is_write: bool) -> tuple[str, bool]:
    if capability.startswith(RELATION):
        name = capability.removeprefix(RELATION)
        relation = schema.relations.get(name)
        return _("links “{relation}”").format(relation=relation.label if relation else name), relation is not None
    if capability.startswith(FIELD):
        name = capability.removeprefix(FIELD)
        return (_("files {path}").format(path=name) if name.endswith("*") else field_label(name)), True
    facet, _dot, name = capability.partition(".")
    table = schema.tables.get(facet)
    label = table.label if table is not None else facet
    if name == "*":
        words = _("{table}: every column, and which records there are") if is_write else _("{table}: every column")
        return words.format(table=label), table is not None
    column = table.column(name) if table is not None else None
    return f"{label} · {column.label if column is not None else name}", column is not None
