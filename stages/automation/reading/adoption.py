"""What adopting a version of a module would do to a project, read and not written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q

from stages.automation.packages import Manifest
from stages.automation.packages.shapes import ColumnShape
from stages.automation.reading.module_parts import NEW, Parts, parts_of
from stages.automation.reading.packages import Module
from stages.automation.reading.suggestions import Suggestions, suggestions
from stages.automation.services.module_records import capabilities_of
from stages.automation.services.module_schema import column_of_shape, differs, relation_of_shape
from stages.registers.models import Row
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column, Schema, Table
from stages.registers.schema.model import LIST
from stages.registers.services.acting import acts_of

THERE: Final = "there"


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """A column of the module. `lacking` records of the project have nothing in it although it is required."""

    label: str
    column: Column
    shape: ColumnShape
    is_new: bool
    lacking: int = 0


@dataclass(frozen=True, slots=True)
class TablePlan:
    """A table of the module. `misfit` is a column that is there as another type: the module cannot be adopted then."""

    name: str
    label: str
    columns: tuple[str, ...]
    state: str
    new_columns: tuple[str, ...] = ()
    records: int = 0
    misfit: Column | None = None
    wanted: str = ""
    shapes: tuple[ColumnPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """Something that the module asks for: a kind of capability, and its text."""

    kind: str
    text: str

    @property
    def value(self) -> str:
        """How forms name it."""
        return f"{self.kind}:{self.text}"


@dataclass(frozen=True, slots=True)
class AdoptionPlan:
    """All of it; `schema` is as it would be then."""

    tables: list[TablePlan]
    wishes: list[Wish]
    suggestions: Suggestions
    schema: Schema
    parts: Parts

    @property
    def fits(self) -> bool:
        return all(each.misfit is None for each in self.tables)

    @property
    def new_tables(self) -> list[TablePlan]:
        return [each for each in self.tables if each.state == NEW]

    @property
    def extended_tables(self) -> list[TablePlan]:
        """Tables that the project has, and that get columns."""
        return [each for each in self.tables if each.state == THERE and each.new_columns]


def plan_adoption(
    project_id: UUID, module: Module, *, reader: Reader | None = None, is_adopted: bool = False
) -> AdoptionPlan:
    """What a project would get with a module, or (`is_adopted`) has of it."""
    reader = reader or Reader(project_id)
    manifest = module.manifest
    counts = _counts(project_id, manifest)
    lacking = _lacking(project_id, manifest) if is_adopted else {}
    tables = [_plan(manifest, reader.schema, name, counts.get(name, 0), lacking) for name in manifest.tables]
    after = _schema_after(reader.schema, manifest)
    found = suggestions(project_id, reader=reader, also=manifest, schema=after)
    parts = parts_of(project_id, module, acts_of(project_id), counts=not is_adopted)
    return AdoptionPlan(tables, wishes_of(manifest), found, after, parts)


def wishes_of(manifest: Manifest) -> list[Wish]:
    return [Wish(kind, text) for kind, texts in capabilities_of(manifest.capabilities).items() for text in texts]


def _plan(
    manifest: Manifest, schema: Schema, name: str, records: int, lacking: Mapping[tuple[str, str], int]
) -> TablePlan:
    spec, known = manifest.tables[name], schema.table(name)
    wanted = [column_of_shape(*each) for each in spec.columns.items()]
    shapes = tuple(
        ColumnPlan(
            each.label,
            each,
            spec.columns[each.name],
            known is None or known.column(each.name) is None,
            lacking.get((name, each.name), 0),
        )
        for each in wanted
    )
    labels = tuple(each.label for each in wanted)
    if known is None:
        return TablePlan(name, spec.title or name, labels, NEW, records=records, shapes=shapes)
    missing = tuple(each.label for each in wanted if known.column(each.name) is None)
    found = TablePlan(name, known.label, labels, THERE, missing, records, shapes=shapes)
    for each in wanted:
        there = known.column(each.name)
        if there is not None and differs(there, each):
            return replace(found, misfit=there, wanted=each.type)
    return found


def _schema_after(schema: Schema, manifest: Manifest) -> Schema:
    """The tables and kinds of links as they would be."""
    tables: dict[str, Table] = dict(schema.tables)
    for name, spec in manifest.tables.items():
        wanted = tuple(column_of_shape(*each) for each in spec.columns.items())
        known = tables.get(name) or Table(name, spec.title, position=float("inf"))
        missing = tuple(each for each in wanted if known.column(each.name) is None)
        tables[name] = replace(known, columns=(*known.columns, *missing))
    relations = {each: relation_of_shape(each, shape) for each, shape in manifest.relations.items()}
    return replace(schema, tables=tables, relations={**relations, **schema.relations})


def _lacking(project_id: UUID, manifest: Manifest) -> Mapping[tuple[str, str], int]:
    """In how many records of each required column nothing is, by table and column; one query."""
    required = [
        (table, name)
        for table, spec in manifest.tables.items()
        for name, shape in spec.columns.items()
        if shape.required and not (shape.crdt or shape.type == LIST)
    ]
    counts = {
        f"at_{at}": Count("pk", filter=Q(facet=table) & ~Q(shown__has_key=name))
        for at, (table, name) in enumerate(required)
    }
    if not counts:
        return {}
    tables = {table for table, _name in required}
    found = Row.objects.filter(project=project_id, facet__in=tables).aggregate(**counts)
    return {each: found[f"at_{at}"] for at, each in enumerate(required)}


def _counts(project_id: UUID, manifest: Manifest) -> Mapping[str, int]:
    """How many records are in the module's tables, those of tables that were hidden too."""
    rows = Row.objects.filter(project=project_id, facet__in=list(manifest.tables)).order_by()
    found: Any = rows.values_list("facet").annotate(Count("record"))
    return dict(found)
