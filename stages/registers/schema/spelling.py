"""Tables, columns and relations as JSON objects, as REST and the seed's routes take and answer them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext

from stages.registers.schema.model import TYPES, Column, Option, Relation, SavedView, Table
from stages.registers.schema.values import refuse

FLAGS: Final = ("crdt", "unique", "traced", "reference")


def read_type(name: str) -> str:
    """A type of columns by its name, in any case: `Text`, `entity-reference`, `EntityReference`."""
    folded = name.replace("_", "-").lower()
    for known in TYPES:
        if folded in (known, known.replace("-", "")):
            return known
    words = gettext("There is no type “%(type)s”. Types are: %(types)s.")
    raise refuse("type", words % {"type": name[:100], "types": ", ".join(TYPES)})


def read_column(data: Mapping[str, Any]) -> Column:
    """A column from an object that has the members of `column_body`, all but `name` optional."""
    return Column(
        name=data["name"],
        type=read_type(data.get("type", "text")),
        title=data.get("title", ""),
        options=read_options(data.get("options", ())),
        target=data.get("target", ""),
        **{flag: data.get(flag, False) for flag in FLAGS},
    )


def read_options(listed: Sequence[Mapping[str, Any]]) -> tuple[Option, ...]:
    """Options from objects `{id, title}`; without an `id`, it is the title."""
    return tuple(Option(each.get("id") or each.get("title", ""), each.get("title", "")) for each in listed)


def read_changes(data: Mapping[str, Any]) -> dict[str, Any]:
    """Changes of a column (`verbs.change_column`)."""
    changes = dict(data)
    if "type" in changes:
        changes["type"] = read_type(changes["type"])
    if "options" in changes:
        changes["options"] = read_options(changes["options"])
    return changes


def column_body(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "title": column.title,
        "type": column.type,
        "options": [{"id": each.id, "title": each.title} for each in column.options],
        "target": column.target,
        "position": column.position,
        **{flag: getattr(column, flag) for flag in FLAGS},
    }


def table_body(table: Table) -> dict[str, Any]:
    return {
        "table": table.facet,
        "title": table.title,
        "key_prefix": table.key_prefix,
        "entity_id": table.entity,
        "columns": [column_body(each) for each in table.columns],
    }


def relation_body(relation: Relation) -> dict[str, Any]:
    return {
        "type": relation.type,
        "title": relation.title,
        "inverse": relation.inverse,
        "source": relation.source,
        "target": relation.target,
        "ordered": relation.ordered,
        "properties": dict(relation.properties),
    }


def view_body(view: SavedView) -> dict[str, str]:
    return {"table": view.table, "name": view.name, "query": view.query}
