"""The schema of a project, read from its records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from stages.registers.fold.errors import Malformed
from stages.registers.fold.ids import COLUMN, RELATION, SAVED_VIEW, TABLE
from stages.registers.fold.members import check_name
from stages.registers.fold.payloads import AttachFacet, CreateEntity, DeleteEntity, Payload, SetField
from stages.registers.fold.storage import Derived
from stages.registers.fold.views import as_it_was
from stages.registers.schema.linked import LINKED_TABLES, linked_table
from stages.registers.schema.model import CRDT_TYPES, LIST, TEXT, TYPES, Column, Option, Relation, SavedView, Table

# A choice is a field of its column's record, so that two sites can add choices at once.
OPTION_PREFIX: Final = "option."
OPTION_POSITION_PREFIX: Final = "option_position."
PROPERTY_PREFIX: Final = "property."

# These have a meaning in addresses, filters and sort orders.
_NOT_IN_NAMES: Final = re.compile(r"[/\\?#%&,|\"`<>]|^[-.]")

FACETS: Final = (TABLE, COLUMN, RELATION, SAVED_VIEW)

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Schema:
    """Tables by facet, in their order; relations by type; saved views. `project` is the id of the project."""

    project: str
    tables: Mapping[str, Table]
    relations: Mapping[str, Relation]
    views: tuple[SavedView, ...] = ()

    @classmethod
    def read(cls, storage: Derived, project: str, ahead: Iterable[Payload] = ()) -> Schema:
        """The schema that the records in a storage make up, and payloads that are about to be written.

        Whatever is in them, it can be read; what has a name that nobody could give here is left out.
        """
        known = _Records(storage, ahead)
        columns: dict[str, dict[str, Column]] = {}
        for entity, values in known.living(COLUMN):
            column = _read_column(entity, values)
            if is_name(column.name) and is_name(column.table):
                columns.setdefault(column.table, {}).setdefault(column.name, column)
        tables: dict[str, Table] = {}
        for entity, values in known.living(TABLE):
            table = _read_table(entity, values)
            if is_name(table.facet):
                of_table = columns.get(table.facet, {}).values()
                tables.setdefault(table.facet, replace(table, columns=tuple(sorted(of_table, key=_place))))
        relations: dict[str, Relation] = {}
        for entity, values in known.living(RELATION):
            relation = _read_relation(entity, values)
            if relation.type:
                relations.setdefault(relation.type, relation)
        listed = {each.facet: each for each in sorted(tables.values(), key=_place)}
        views = (_read_view(entity, values) for entity, values in known.living(SAVED_VIEW))
        kept = sorted((each for each in views if each.table in listed), key=lambda each: (each.table, each.name))
        return cls(project, listed, dict(sorted(relations.items())), tuple(kept))

    @classmethod
    def read_removed(cls, storage: Derived, project: str) -> Schema:
        """The tables that were taken away, with the columns that they had: what records in them are still called by."""
        known = _Records(storage, ())
        columns: dict[str, list[Column]] = {}
        for entity, values in known.living(COLUMN):
            column = _read_column(entity, values)
            columns.setdefault(column.table, []).append(column)
        found = (_read_table(entity, values) for entity, values in known.removed(TABLE))
        tables = {
            each.facet: replace(each, columns=tuple(sorted(columns.get(each.facet, ()), key=_place)))
            for each in found
            if is_name(each.facet)
        }
        return cls(project, tables, {})

    @staticmethod
    def read_removed_columns(storage: Derived) -> list[Column]:
        """The columns that were taken away, as they were."""
        return [_read_column(entity, values) for entity, values in _Records(storage, ()).removed(COLUMN)]

    def table(self, facet: str) -> Table | None:
        """A table that can be read: one of people, or one of an app that links may lead to."""
        return self.tables.get(facet) or linked_table(facet)

    @property
    def readable(self) -> dict[str, Table]:
        """Every table that can be read: those of people in their order, then those of apps."""
        return {**self.tables, **{facet: each.table for facet, each in LINKED_TABLES.items()}}

    def column(self, facet: str, name: str) -> Column | None:
        table = self.tables.get(facet)
        return table.column(name) if table else None

    def relations_of(self, facet: str) -> list[tuple[Relation, bool]]:
        """The relations of a table's records, each with whether they are its source."""
        outgoing = [(each, True) for each in self.relations.values() if each.source in ("", facet)]
        incoming = [(each, False) for each in self.relations.values() if each.target in ("", facet)]
        return [*outgoing, *incoming]

    def views_of(self, facet: str) -> list[SavedView]:
        return [each for each in self.views if each.table == facet]


def is_name(name: str) -> bool:
    """Whether a table, a column, a relation, an option or a view can have this name here."""
    try:
        check_name(name, "name")
    except Malformed:
        return False
    return _NOT_IN_NAMES.search(name) is None


def changes_schema(payloads: Iterable[Payload]) -> bool:
    """Whether payloads make or change tables, columns, relations or views."""
    return any(getattr(each, "facet_type", None) in FACETS for each in payloads)


class _Records:
    """The records of the schema in a storage, with payloads applied that are about to be written."""

    def __init__(self, storage: Derived, ahead: Iterable[Payload]) -> None:
        self.storage = storage
        self.changed: dict[tuple[str, str], dict[str, Any]] = {}
        self.gone: set[str] = set()
        for payload in ahead:
            match payload:
                case AttachFacet(entity, facet) if facet in FACETS:
                    self.changed.setdefault((entity, facet), {})
                case SetField(entity, facet, name, value) if facet in FACETS:
                    self.changed.setdefault((entity, facet), {})[name] = value
                case CreateEntity(entity):
                    self.gone.discard(entity)
                case DeleteEntity(entity):
                    self.gone.add(entity)

    def living(self, facet: str) -> Iterator[tuple[str, Values]]:
        """The records of a facet with what they show, by their ids."""
        changed = {entity: values for (entity, within), values in self.changed.items() if within == facet}
        entities = sorted({*self.storage.entities_with(facet), *changed})
        self.storage.records.prefetch(entities)
        for entity in entities:
            record = self.storage.records.get(entity)
            shown = record.fields.get(facet) if record is not None and record.alive else None
            if entity in self.gone or (shown is None and entity not in changed):
                continue
            yield entity, {name: each.value for name, each in (shown or {}).items()} | changed.get(entity, {})

    def removed(self, facet: str) -> Iterator[tuple[str, Values]]:
        """The records of a facet that were deleted, with what they showed."""
        entities = sorted(self.storage.entities_with(facet))
        self.storage.records.prefetch(entities)
        for entity in entities:
            record = self.storage.records.get(entity)
            if record is not None and not record.alive:
                shown = as_it_was(record).fields.get(facet, {})
                yield entity, {name: each.value for name, each in shown.items()}


def _read_table(entity: str, values: Values) -> Table:
    return Table(
        facet=_text(values, "facet"),
        title=_text(values, "title"),
        entity=entity,
        key_prefix=_text(values, "key_prefix"),
        position=_number(values, "position"),
    )


def _read_column(entity: str, values: Values) -> Column:
    type_ = values.get("type")
    type_ = type_ if type_ in TYPES else TEXT
    return Column(
        name=_text(values, "name"),
        type=type_,
        title=_text(values, "title"),
        entity=entity,
        table=_text(values, "table"),
        crdt=type_ == LIST or (type_ in CRDT_TYPES and values.get("crdt") is True),
        unique=values.get("unique") is True,
        traced=values.get("traced") is True,
        reference=values.get("reference") is True,
        target=_text(values, "target"),
        options=_read_options(values),
        position=_number(values, "position"),
    )


def _read_options(values: Values) -> tuple[Option, ...]:
    found = []
    for name, title in values.items():
        if name.startswith(OPTION_PREFIX) and isinstance(title, str) and title:
            option_id = name.removeprefix(OPTION_PREFIX)
            place = _number(values, f"{OPTION_POSITION_PREFIX}{option_id}")
            found.append((place, Option(option_id, title)))
    return tuple(option for _place, option in sorted(found, key=lambda each: (each[0], each[1].id)))


def _read_relation(entity: str, values: Values) -> Relation:
    properties = {
        name.removeprefix(PROPERTY_PREFIX): type_
        for name, type_ in sorted(values.items())
        if name.startswith(PROPERTY_PREFIX) and type_ in TYPES
    }
    return Relation(
        type=_text(values, "type"),
        title=_text(values, "title"),
        inverse=_text(values, "inverse"),
        entity=entity,
        source=_text(values, "source"),
        target=_text(values, "target"),
        ordered=values.get("ordered") is True,
        properties=properties,
    )


def _read_view(entity: str, values: Values) -> SavedView:
    return SavedView(_text(values, "table"), _text(values, "name"), _text(values, "query"), entity)


def _text(values: Values, name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _number(values: Values, name: str) -> float:
    value = values.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _place(one: Table | Column) -> tuple[float, str]:
    return one.position, one.name
