"""Tables and their columns: made, changed, removed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext

from kernel.errors import Conflict, NotFound
from stages.registers.catalogue import is_system
from stages.registers.fold.acts import Acts
from stages.registers.fold.ids import COLUMN, TABLE, schema_id
from stages.registers.fold.payloads import Payload
from stages.registers.schema import TYPES, Column, Option, Schema, Table
from stages.registers.schema.keys import next_keys
from stages.registers.schema.model import CRDT_TYPES, ENTITY, ENUM, FILE, KEY_COLUMN, LIST
from stages.registers.schema.reading import OPTION_POSITION_PREFIX, OPTION_PREFIX
from stages.registers.schema.values import refuse
from stages.registers.verbs import schema_records
from stages.registers.verbs.finding import column_of, new_name, new_title, table_of
from stages.registers.verbs.limits import MAX_COLUMNS, MAX_OPTIONS, MAX_TABLES

_PREFIX: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,9}")


def create_table(
    acts: Acts,
    schema: Schema,
    facet: str,
    *,
    title: str = "",
    key_prefix: str = "",
    columns: Iterable[Column] = (),
) -> list[Payload]:
    """A table with columns; with a `key_prefix` it has a column `key`, which is filled with REQ-1, REQ-2 and so on."""
    new_name(facet, "facet")
    if is_system(facet):
        raise refuse("facet", gettext("This name belongs to Foundry. Use another one."))
    if facet in schema.tables:
        raise Conflict(gettext("There is a table “%(table)s” already.") % {"table": facet}, table=facet)
    entity = schema_id(schema.project, TABLE, facet)
    if schema_records.existed(acts, entity):
        words = gettext(
            "There was a table “%(table)s”, and its name is not used again. Restore it, or take another name."
        )
        raise Conflict(words % {"table": facet}, table=facet)
    if len(schema.tables) >= MAX_TABLES:
        raise Conflict(gettext("A project has at most %(most)s tables.") % {"most": MAX_TABLES})
    _check_prefix(schema, facet, key_prefix)
    position = max((each.position for each in schema.tables.values()), default=0.0) + 1
    values = {"facet": facet, "title": new_title(title, "title"), "key_prefix": key_prefix, "position": position}
    listed = _with_key(key_prefix, list(columns))
    _check_columns(schema, facet, listed)
    payloads = schema_records.put(acts, entity, TABLE, values)
    for at, column in enumerate(listed):
        payloads += _put_column(acts, schema, facet, replace(column, position=float(at + 1)))
    return payloads


def change_table(
    acts: Acts, schema: Schema, facet: str, *, title: str | None = None, key_prefix: str | None = None
) -> list[Payload]:
    """Change the title or the prefix of keys. Records that have no key get one with the first prefix."""
    table = table_of(schema, facet)
    values: dict[str, Any] = {}
    payloads: list[Payload] = []
    if title is not None:
        values["title"] = new_title(title, "title")
    if key_prefix is not None:
        _check_prefix(schema, facet, key_prefix)
        values["key_prefix"] = key_prefix
        if key_prefix and not table.key_prefix:
            payloads += _begin_keys(acts, schema, replace(table, key_prefix=key_prefix))
    return [*schema_records.change(acts, table.entity, TABLE, values), *payloads]


def remove_table(acts: Acts, schema: Schema, facet: str) -> list[Payload]:
    """Take a table away. Its records and their values stay in the history, and come back with the table."""
    return schema_records.remove(acts, [table_of(schema, facet).entity])


def restore_table(acts: Acts, schema: Schema, facet: str) -> list[Payload]:
    entity = schema_id(schema.project, TABLE, facet)
    if facet in schema.tables:
        raise Conflict(gettext("This table is not removed."), table=facet)
    if not schema_records.existed(acts, entity):
        raise NotFound(gettext("There is no table “%(table)s”.") % {"table": facet[:100]})
    return acts.restore(entity)


def add_column(acts: Acts, schema: Schema, facet: str, column: Column) -> list[Payload]:
    """A further column, the last one. One that was removed comes back with its values."""
    table = table_of(schema, facet)
    _check_columns(schema, facet, [column], table.columns)
    position = max((each.position for each in table.columns), default=0.0) + 1
    return _put_column(acts, schema, facet, replace(column, position=position))


def change_column(acts: Acts, schema: Schema, facet: str, name: str, changes: Mapping[str, Any]) -> list[Payload]:
    """Change members of a `Column`: `title`, `type`, `unique`, `traced`, `target`, `options`, `position`.

    Values that do not fit any more stay, and are shown as misfits. Whether people write in it together never changes.
    """
    table = table_of(schema, facet)
    before = column_of(table, name)
    allowed = {"title", "type", "unique", "traced", "target", "options", "position", "reference"}
    for member in changes:
        if member not in allowed:
            raise refuse(member[:100], gettext("This cannot be changed about a column."))
    after = replace(before, **changes)
    if after.crdt and after.type != before.type:
        raise refuse("type", gettext("A column in which people write together keeps its type."))
    if name == KEY_COLUMN and table.key_prefix and (after.type, after.unique) != (before.type, before.unique):
        raise refuse(name, gettext("The column of the keys stays a text without duplicates."))
    others = [each for each in table.columns if each.name != name]
    _check_columns(schema, facet, [after], others)
    values = _values_of(facet, after)
    for option in before.options:
        if after.option(option.id) is None:
            values |= {f"{OPTION_PREFIX}{option.id}": None, f"{OPTION_POSITION_PREFIX}{option.id}": None}
    return schema_records.change(acts, before.entity, COLUMN, values)


def remove_column(acts: Acts, schema: Schema, facet: str, name: str) -> list[Payload]:
    """Take a column away. Its values stay in the history, and come back with a column of its name."""
    table = table_of(schema, facet)
    if name == KEY_COLUMN and table.key_prefix:
        raise Conflict(gettext("Keys stay while the table has a prefix for them."))
    return schema_records.remove(acts, [column_of(table, name).entity])


def restore_column(acts: Acts, schema: Schema, facet: str, name: str) -> list[Payload]:
    """Bring a column back as it was, with its values."""
    table = table_of(schema, facet)
    if table.column(name) is not None:
        words = gettext("There is a column “%(column)s” already.") % {"column": name[:100]}
        raise Conflict(words, table=facet, column=name)
    entity = schema_id(schema.project, COLUMN, facet, name)
    if not schema_records.existed(acts, entity):
        raise NotFound(gettext("There is no column “%(column)s”.") % {"column": name[:100]})
    return acts.restore(entity)


def _with_key(key_prefix: str, columns: list[Column]) -> list[Column]:
    if not key_prefix:
        return columns
    others = [each for each in columns if each.name != KEY_COLUMN]
    return [Column(KEY_COLUMN, title=gettext("Key"), unique=True), *others]


def _begin_keys(acts: Acts, schema: Schema, table: Table) -> list[Payload]:
    """The column of keys, and a key for each record, in the order in which records were made."""
    payloads: list[Payload] = []
    if table.column(KEY_COLUMN) is None:
        first = min((each.position for each in table.columns), default=1.0) - 1
        column = Column(KEY_COLUMN, title=gettext("Key"), unique=True, position=first)
        payloads += _put_column(acts, schema, table.facet, column)
    storage = acts.increment.storage
    entities = sorted(storage.entities_with(table.facet))
    storage.records.prefetch(entities)
    found = [shown for each in entities if (shown := storage.records.get(each)) and table.facet in shown.fields]
    lacking = [each.id for each in found if KEY_COLUMN not in each.fields[table.facet]]
    for record, key in zip(lacking, next_keys(storage, table, len(lacking)), strict=True):
        payloads += acts.set_field(record, table.facet, KEY_COLUMN, key)
    return payloads


def _put_column(acts: Acts, schema: Schema, facet: str, column: Column) -> list[Payload]:
    entity = schema_id(schema.project, COLUMN, facet, column.name)
    return schema_records.put(acts, entity, COLUMN, _values_of(facet, column))


def _values_of(facet: str, column: Column) -> dict[str, Any]:
    values: dict[str, Any] = {
        "table": facet,
        "name": column.name,
        "title": column.title,
        "type": column.type,
        "crdt": column.crdt or column.type == LIST,
        "unique": column.unique,
        "traced": column.traced,
        "reference": column.reference,
        "target": column.target,
        "position": float(column.position),
    }
    for at, option in enumerate(column.options):
        values[f"{OPTION_PREFIX}{option.id}"] = option.title or option.id
        values[f"{OPTION_POSITION_PREFIX}{option.id}"] = float(at + 1)
    return values


def _check_columns(schema: Schema, facet: str, columns: Sequence[Column], others: Sequence[Column] = ()) -> None:
    """Raises `ValidationFailed` for a column that cannot be, `Conflict` for a name that is there."""
    if len(columns) + len(others) > MAX_COLUMNS:
        raise Conflict(gettext("A table has at most %(most)s columns.") % {"most": MAX_COLUMNS})
    names = {each.name for each in others}
    for column in columns:
        new_name(column.name, "name")
        if column.name in names:
            words = gettext("There is a column “%(column)s” already.") % {"column": column.name}
            raise Conflict(words, table=facet, column=column.name)
        names.add(column.name)
        new_title(column.title, "title")
        _check_column(schema, facet, column)


def _check_column(schema: Schema, facet: str, column: Column) -> None:
    if column.type not in TYPES:
        words = gettext("There is no type “%(type)s”. Types are: %(types)s.")
        raise refuse("type", words % {"type": str(column.type)[:100], "types": ", ".join(TYPES)})
    together = column.crdt or column.type == LIST
    if together and column.type not in CRDT_TYPES:
        raise refuse("crdt", gettext("People write together in columns of type text or list only."))
    if together and (column.unique or column.reference):
        raise refuse("crdt", gettext("A column in which people write together is neither unique nor a reference."))
    if column.unique and column.type == FILE:
        raise refuse("unique", gettext("Files can be the same in several records."))
    if column.target and (column.type != ENTITY or (column.target not in schema.tables and column.target != facet)):
        raise refuse("target", gettext("The table of the records that the column names, for an entity-reference only."))
    if column.options and column.type != ENUM:
        raise refuse("options", gettext("Only a column of type enum has options."))
    _check_options(column.options)


def _check_options(options: Sequence[Option]) -> None:
    if len(options) > MAX_OPTIONS:
        raise refuse("options", gettext("A column has at most %(most)s options.") % {"most": MAX_OPTIONS})
    ids, titles = set(), set()
    for option in options:
        new_name(option.id, "options")
        new_title(option.title, "options")
        title = (option.title or option.id).casefold()
        if option.id in ids or title in titles or len(option.id) > 60:
            words = gettext("The option “%(option)s” is there twice, or its id has more than 60 characters.")
            raise refuse("options", words % {"option": option.id[:60]})
        ids.add(option.id)
        titles.add(title)


def _check_prefix(schema: Schema, facet: str, key_prefix: str) -> None:
    if not key_prefix:
        return
    if not _PREFIX.fullmatch(key_prefix):
        raise refuse("key_prefix", gettext("A prefix has 1 to 10 letters and digits, and begins with a letter."))
    for other in schema.tables.values():
        if other.facet != facet and other.key_prefix.casefold() == key_prefix.casefold():
            words = gettext("%(table)s has this prefix. Use another one.") % {"table": other.label}
            raise refuse("key_prefix", words)
