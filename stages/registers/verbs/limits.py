"""How many tables, columns, options, relations and views there are at most, whoever makes them and however."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext

from kernel.errors import Conflict
from stages.registers.catalogue import SCHEMA
from stages.registers.fold.payloads import Payload
from stages.registers.schema import Schema

MAX_TABLES: Final = 200
MAX_COLUMNS: Final = 200
MAX_OPTIONS: Final = 500
MAX_RELATIONS: Final = 200
MAX_PROPERTIES: Final = 50
MAX_VIEWS: Final = 200


def touches_schema(payloads: Iterable[Payload]) -> bool:
    """Whether payloads write tables, columns, relations or views, which are records themselves."""
    return any(getattr(each, "facet_type", None) in SCHEMA for each in payloads)


def check_growth(before: Schema, after: Schema) -> None:
    """Refuse a schema that has more of something than it may, and more than before. Raises `Conflict`."""
    words = {
        "tables": gettext("A project has at most %(most)s tables."),
        "relations": gettext("A project has at most %(most)s relations."),
        "columns": gettext("A table has at most %(most)s columns."),
        "options": gettext("A column has at most %(most)s options."),
        "properties": gettext("Links have at most %(most)s properties."),
        "views": gettext("A table has at most %(most)s views."),
    }
    known = _counts(before)
    for (what, of), count in _counts(after).items():
        if count > _MOST[what] and count > known[what, of]:
            raise Conflict(words[what] % {"most": _MOST[what]})


_MOST: Final = {
    "tables": MAX_TABLES,
    "relations": MAX_RELATIONS,
    "columns": MAX_COLUMNS,
    "options": MAX_OPTIONS,
    "properties": MAX_PROPERTIES,
    "views": MAX_VIEWS,
}


def _counts(schema: Schema) -> Counter[tuple[str, str]]:
    """How many there are of what, and in what: in a table, or in a column as `table/column`."""
    found: Counter[tuple[str, str]] = Counter({("tables", ""): len(schema.tables)})
    found["relations", ""] = len(schema.relations)
    for table in schema.tables.values():
        found["columns", table.facet] = len(table.columns)
        for column in table.columns:
            found["options", f"{table.facet}/{column.name}"] = len(column.options)
    found.update({("properties", type_): len(each.properties) for type_, each in schema.relations.items()})
    found.update(("views", view.table) for view in schema.views)
    return found
