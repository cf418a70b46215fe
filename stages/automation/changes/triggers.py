"""What a script watches: the texts in `on_change` of its settings.

`contacts.email` is a column, `contacts.*` all columns of a table, `contacts` its records with all that they show,
`relation:plays` the links of a relation, `field:prompt_text` or `field:files/*` texts of the project.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from projects.fields import FILES, check_field_name
from stages.automation.executing.grants import FIELD, RELATION, Grants
from stages.registers.schema import Schema

ALL: Final = "*"


@dataclass(frozen=True, slots=True)
class Watched:
    """What one script watches, as far as it may read it.

    `columns` are names by table, `tables` those of the columns that a record is given with; `*` stands for all of
    them. `fields` are patterns.
    """

    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tables: Mapping[str, frozenset[str]] = field(default_factory=dict)
    relations: frozenset[str] = frozenset()
    fields: tuple[str, ...] = ()

    def watches_column(self, table: str, column: str) -> bool:
        """Whether a column is watched by itself; of a table that is watched, the records are."""
        return table not in self.tables and has(self.columns.get(table, frozenset()), column)

    def watches_field(self, name: str) -> bool:
        return any(fits(pattern, name) for pattern in self.fields)


def watched_by(triggers: Iterable[str], grants: Grants) -> Watched:
    """What triggers stand for together."""
    columns: dict[str, frozenset[str]] = {}
    tables: dict[str, frozenset[str]] = {}
    relations, fields = set(), []
    for each in triggers:
        if not may_read(each, grants):
            continue
        if each.startswith(RELATION):
            relations.add(each.removeprefix(RELATION))
        elif each.startswith(FIELD):
            fields.append(each.removeprefix(FIELD))
        else:
            table, dot, column = each.partition(".")
            readable = grants.readable_columns(table)
            if dot:
                wanted = readable if column == ALL else frozenset((column,))
                columns[table] = columns.get(table, frozenset()) | wanted
            else:
                tables[table] = readable
    return Watched(columns, tables, frozenset(relations), tuple(fields))


def has(names: frozenset[str], name: str) -> bool:
    return name in names or ALL in names


def fits(pattern: str, name: str) -> bool:
    """Whether a field of the project is the one of a pattern, or begins as one that ends with `*`."""
    return name == pattern or (pattern.endswith(ALL) and name.startswith(pattern[:-1]))


def may_read(trigger: str, grants: Grants) -> bool:
    """Whether a script may read anything of what a trigger is about; else it does not start it."""
    if trigger.startswith(RELATION):
        return grants.may_read_relation(trigger.removeprefix(RELATION))
    if trigger.startswith(FIELD):
        return grants.may_read_field(trigger.removeprefix(FIELD))
    table, dot, column = trigger.partition(".")
    return grants.may_read_column(table, column) if dot and column != ALL else grants.may_read_table(table)


def check_triggers(triggers: Iterable[str], schema: Schema, path: str = "settings.on_change") -> None:
    """Refuse triggers that nothing can set off. Raises `ValidationFailed` with the path of one."""
    for at, each in enumerate(triggers):
        if (problem := _problem(each, schema)) is not None:
            raise ValidationFailed({f"{path}.{at}": [problem]})


def _problem(trigger: str, schema: Schema) -> str | None:
    if trigger.startswith(RELATION):
        name = trigger.removeprefix(RELATION)
        return None if name in schema.relations else _("There is no relation “{name}”.").format(name=name)
    if trigger.startswith(FIELD):
        return _problem_of_field(trigger.removeprefix(FIELD))
    table, dot, column = trigger.partition(".")
    found = schema.tables.get(table)
    if found is None:
        return _("There is no table “{name}”.").format(name=table)
    if dot and column != ALL and found.column(column) is None:
        return _("There is no column “{name}” in {table}.").format(name=column, table=found.label)
    return None


def _problem_of_field(pattern: str) -> str | None:
    """A file that a script waits for need not be there yet; its name has to be one that a file can have."""
    if pattern in (ALL, f"{FILES}{ALL}"):
        return None
    name = f"{pattern[:-1]}x" if pattern.endswith(ALL) and pattern.startswith(FILES) else pattern
    try:
        check_field_name(name)
    except ValidationFailed:
        return _("There is no field “{name}”. Name prompt_text, model_configuration, files/… or files/*.").format(
            name=pattern
        )
    return None
