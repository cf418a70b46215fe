"""What adopting a version of a module would do to a project, read and not written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.db.models import Count

from stages.automation.packages import Manifest
from stages.automation.reading.packages import Module
from stages.automation.reading.suggestions import Suggestions, suggestions
from stages.automation.services.module_records import capabilities_of
from stages.automation.services.module_schema import column_of_shape, differs
from stages.registers.models import Row
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column, Schema, Table

NEW: Final = "new"
THERE: Final = "there"


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

    @property
    def fits(self) -> bool:
        return all(each.misfit is None for each in self.tables)


def plan_adoption(project_id: UUID, module: Module, *, reader: Reader | None = None) -> AdoptionPlan:
    """What a project would get with a module."""
    reader = reader or Reader(project_id)
    manifest = module.manifest
    counts = _counts(project_id, manifest)
    tables = [_plan(manifest, reader.schema, name, counts.get(name, 0)) for name in manifest.tables]
    after = _schema_after(reader.schema, manifest)
    found = suggestions(project_id, reader=reader, also=manifest, schema=after)
    return AdoptionPlan(tables, wishes_of(manifest), found, after)


def wishes_of(manifest: Manifest) -> list[Wish]:
    return [Wish(kind, text) for kind, texts in capabilities_of(manifest.capabilities).items() for text in texts]


def _plan(manifest: Manifest, schema: Schema, name: str, records: int) -> TablePlan:
    spec, known = manifest.tables[name], schema.table(name)
    wanted = [column_of_shape(*each) for each in spec.columns.items()]
    labels = tuple(each.label for each in wanted)
    if known is None:
        return TablePlan(name, spec.title or name, labels, NEW, records=records)
    missing = tuple(each.label for each in wanted if known.column(each.name) is None)
    for each in wanted:
        found = known.column(each.name)
        if found is not None and differs(found, each):
            return TablePlan(name, known.label, labels, THERE, missing, records, found, each.type)
    return TablePlan(name, known.label, labels, THERE, missing, records)


def _schema_after(schema: Schema, manifest: Manifest) -> Schema:
    """The tables as they would be."""
    tables: dict[str, Table] = dict(schema.tables)
    for name, spec in manifest.tables.items():
        wanted = tuple(column_of_shape(*each) for each in spec.columns.items())
        known = tables.get(name) or Table(name, spec.title, position=float("inf"))
        missing = tuple(each for each in wanted if known.column(each.name) is None)
        tables[name] = replace(known, columns=(*known.columns, *missing))
    return replace(schema, tables=tables)


def _counts(project_id: UUID, manifest: Manifest) -> Mapping[str, int]:
    """How many records are in the module's tables, those of tables that were hidden too."""
    rows = Row.objects.filter(project=project_id, facet__in=list(manifest.tables)).order_by()
    found: Any = rows.values_list("facet").annotate(Count("record"))
    return dict(found)
