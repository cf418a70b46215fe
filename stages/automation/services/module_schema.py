"""The tables and relations of a module as payloads, on the tables that a project has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from django.utils.translation import gettext

from stages.automation.errors import ModuleIncompatible
from stages.automation.packages import Manifest
from stages.automation.packages.manifest import TableSpec
from stages.automation.packages.shapes import ColumnShape, OptionShape, RelationShape
from stages.registers import verbs
from stages.registers.fold.acts import Acts
from stages.registers.fold.ids import TABLE, schema_id
from stages.registers.fold.payloads import Payload
from stages.registers.schema import Column, Option, Relation, Schema, Table
from stages.registers.schema.model import LIST
from stages.registers.verbs import schema_records

# The state after some payloads: what acts on it, and its schema.
After = Callable[[list[Payload]], tuple[Acts, Schema]]


def adopt_schema(acts: Acts, schema: Schema, manifest: Manifest, after: After) -> list[Payload]:
    """The payloads after which a project has a module's tables and relations.

    A table that was taken away comes back with its records. One that is there keeps its title, its keys and its other
    columns, and gets the columns that it lacks. Raises `ModuleIncompatible` where a column is of another type.
    """
    payloads: list[Payload] = []
    for name in manifest.tables:
        if name not in schema.tables and schema_records.existed(acts, schema_id(schema.project, TABLE, name)):
            payloads += verbs.restore_table(acts, schema, name)
    if payloads:
        acts, schema = after(payloads)
    adopting = _Adopting(acts, schema, manifest)
    return [*payloads, *adopting.tables(), *adopting.relations()]


def leave_schema(acts: Acts, schema: Schema, manifest: Manifest, others: Iterable[Manifest]) -> list[Payload]:
    """The payloads that take a module's tables and relations away, but those that another module has, too."""
    kept_tables = {name for other in others for name in other.tables}
    kept_relations = {name for other in others for name in other.relations}
    payloads: list[Payload] = []
    for name in manifest.relations:
        if name in schema.relations and name not in kept_relations:
            payloads += verbs.remove_relation(acts, schema, name)
    for name in manifest.tables:
        if name in schema.tables and name not in kept_tables:
            payloads += verbs.remove_table(acts, schema, name)
    return payloads


def column_of_shape(name: str, shape: ColumnShape) -> Column:
    """A column as the registers have it. That it is required and shared is known from the manifest only."""
    options = (each if isinstance(each, OptionShape) else OptionShape(each, each) for each in shape.options)
    return Column(
        name=name,
        type=shape.type,
        title=shape.title,
        crdt=shape.crdt or shape.type == LIST,
        unique=shape.unique,
        traced=shape.traced,
        reference=shape.reference,
        target=shape.target,
        options=tuple(Option(each.id, each.title) for each in options),
    )


def relation_of_shape(name: str, shape: RelationShape) -> Relation:
    """A kind of links as the registers have it."""
    return Relation(
        name,
        title=shape.title,
        inverse=shape.inverse,
        source=shape.source,
        target=shape.target,
        ordered=shape.ordered,
        properties=dict(shape.properties),
    )


def differs(known: Column, wanted: Column) -> bool:
    """Whether values of one column would mean something else in the other."""
    return (known.type, known.crdt, known.reference) != (wanted.type, wanted.crdt, wanted.reference)


class _Adopting:
    """One module on one state; `schema` is as it will be with the payloads so far."""

    def __init__(self, acts: Acts, schema: Schema, manifest: Manifest) -> None:
        self._acts = acts
        self._schema = schema
        self._manifest = manifest

    def tables(self) -> list[Payload]:
        payloads: list[Payload] = []
        known = dict(self._schema.tables)
        # Columns may name tables that come later.
        stubs = {name: Table(name) for name in self._manifest.tables if name not in known}
        for name, spec in self._manifest.tables.items():
            if name in known:
                continue
            del stubs[name]
            position = max((each.position for each in known.values()), default=0.0) + 1
            schema = replace(self._schema, tables={**known, **stubs})
            columns = [column_of_shape(*each) for each in spec.columns.items()]
            facts = {"title": spec.title, "key_prefix": spec.key_prefix}
            payloads += verbs.create_table(self._acts, schema, name, columns=columns, **facts)
            known[name] = Table(name, position=position, columns=tuple(columns), **facts)
        before, self._schema = self._schema, replace(self._schema, tables=known)
        for name, spec in self._manifest.tables.items():
            if name in before.tables:
                payloads += self._complete(name, spec)
        return payloads

    def _complete(self, name: str, spec: TableSpec) -> list[Payload]:
        """What a table lacks that is there."""
        payloads: list[Payload] = []
        table = self._schema.tables[name]
        if spec.key_prefix and not table.key_prefix:
            payloads += verbs.change_table(self._acts, self._schema, name, key_prefix=spec.key_prefix)
        for column, shape in spec.columns.items():
            table, wanted = self._schema.tables[name], column_of_shape(column, shape)
            known = table.column(column)
            if known is None:
                payloads += verbs.add_column(self._acts, self._schema, name, wanted)
                position = max((each.position for each in table.columns), default=0.0) + 1
                self._put(replace(table, columns=(*table.columns, replace(wanted, position=position))))
                continue
            if differs(known, wanted):
                raise _incompatible(self._manifest, table, known, wanted)
            missing = tuple(each for each in wanted.options if known.option(each.id) is None)
            if missing:
                changes = {"options": (*known.options, *missing)}
                payloads += verbs.change_column(self._acts, self._schema, name, column, changes)
        return payloads

    def relations(self) -> list[Payload]:
        payloads: list[Payload] = []
        known = dict(self._schema.relations)
        for name, shape in self._manifest.relations.items():
            wanted = relation_of_shape(name, shape)
            ends = {each: getattr(wanted, each) for each in ("source", "target", "ordered")}
            found, properties = known.get(name), wanted.properties
            if found is None:
                schema = replace(self._schema, relations=known)
                payloads += verbs.add_relation(self._acts, schema, wanted)
                known[name] = wanted
            elif any(getattr(found, member) != value for member, value in ends.items()):
                words = gettext("The relation “%(relation)s” is there, between other tables.")
                raise ModuleIncompatible(words % {"relation": name}, relation=name, table=found.source, column="")
            elif missing := {each: type_ for each, type_ in properties.items() if each not in found.properties}:
                changes = {"properties": {**found.properties, **missing}}
                payloads += verbs.change_relation(self._acts, self._schema, name, changes)
        return payloads

    def _put(self, table: Table) -> None:
        self._schema = replace(self._schema, tables={**self._schema.tables, table.facet: table})


def _incompatible(manifest: Manifest, table: Table, known: Column, wanted: Column) -> ModuleIncompatible:
    words = gettext("%(module)s needs “%(column)s” in %(table)s as %(wanted)s, and it is %(known)s.")
    facts = {"module": manifest.label, "column": known.label, "table": table.label}
    types = {"wanted": wanted.type, "known": known.type}
    return ModuleIncompatible(words % {**facts, **types}, table=table.facet, column=known.name, **types)
