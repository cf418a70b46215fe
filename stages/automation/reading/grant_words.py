"""What a script may watch, read, propose and reach, in the words of the project: for pages, and for forms to choose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from projects.fields import CONFIGURATION, FILES, PROMPT
from stages.automation.executing.grants import FIELD, RELATION
from stages.registers.schema import Schema

KINDS: Final = ("read", "write", "network", "files")
ICONS: Final = {"read": "eye", "write": "pen-line", "network": "globe", "files": "file-text"}
_FILES_READ: Final = "read:"
_FILES_WRITTEN: Final = "write:"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen: how the program names it, and in words."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What belongs together, under a heading."""

    label: str
    choices: tuple[Choice, ...]


def kind_words(kind: str) -> str:
    """What a kind of grants lets a script do."""
    return {"read": _("Read"), "write": _("Propose"), "network": _("Fetch"), "files": _("Files")}[kind]


def grant_words(schema: Schema, kind: str, value: str) -> str:
    """A grant or a trigger in words, such as "Statement of Requirements"."""
    if kind == "network":
        return _("addresses that begin with {address}").format(address=value)
    if kind == "files":
        path = value.removeprefix(_FILES_READ).removeprefix(_FILES_WRITTEN)
        words = _("read files {path}") if value.startswith(_FILES_READ) else _("propose files {path}")
        return words.format(path=path)
    if value.startswith(RELATION):
        return _relation_words(schema, value.removeprefix(RELATION))
    if value.startswith(FIELD):
        return _field_words(value.removeprefix(FIELD))
    return _column_words(schema, value)


def _column_words(schema: Schema, value: str) -> str:
    facet, _dot, column = value.partition(".")
    table = schema.table(facet)
    label = table.label if table is not None else facet
    if not column:
        return _("records of {table}: new, changed and gone").format(table=label)
    if column == "*":
        return _("all of {table}").format(table=label)
    found = table.column(column) if table is not None else None
    return _("{column} of {table}").format(column=found.label if found is not None else column, table=label)


def is_known(schema: Schema, value: str) -> bool:
    """Whether the project has what a grant or a trigger names; patterns of fields may wait for a file."""
    if value.startswith(RELATION):
        name = value.removeprefix(RELATION)
        return name in schema.relations or name == "*"
    if value.startswith(FIELD):
        return True
    facet, _dot, column = value.partition(".")
    table = schema.table(facet)
    return table is not None and (column in ("", "*") or table.column(column) is not None)


def choices_of(schema: Schema, fields: Iterable[str], *, whole_tables: bool = False) -> list[Choices]:
    """What a person chooses from; `whole_tables` offers tables by themselves too, as triggers have them."""
    found = []
    for table in schema.tables.values():
        values = [*([table.facet] if whole_tables else []), f"{table.facet}.*"]
        values += [f"{table.facet}.{each.name}" for each in table.columns]
        found.append(Choices(table.label, tuple(_choice(schema, each) for each in values)))
    relations = tuple(_choice(schema, f"{RELATION}{each}") for each in schema.relations)
    if relations:
        found.append(Choices(_("Links"), relations))
    named = [PROMPT, CONFIGURATION, f"{FILES}*", *(each for each in fields if each.startswith(FILES))]
    found.append(Choices(_("Fields"), tuple(_choice(schema, f"{FIELD}{each}") for each in dict.fromkeys(named))))
    return found


def _choice(schema: Schema, value: str) -> Choice:
    return Choice(value, grant_words(schema, "read", value))


def _relation_words(schema: Schema, name: str) -> str:
    relation = schema.relations.get(name)
    return _("links “{relation}”").format(relation=relation.label if relation is not None else name)


def _field_words(name: str) -> str:
    if name == PROMPT:
        return _("the prompt")
    if name == CONFIGURATION:
        return _("the configuration")
    if name == "*":
        return _("all fields of the project")
    if name.endswith("*"):
        return _("files {path}").format(path=name.removeprefix(FILES))
    return _("the file {path}").format(path=name.removeprefix(FILES))
