"""The views that modules declare, as far as a project shows them to somebody.

A module that the project has adopted shows its views to everybody, in the adopted version. One that is only installed
shows them to who installed it, where the project has all tables that the view names: elsewhere there is nothing to see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from accounts.models import User
from stages.automation.models import Installation
from stages.automation.packages.shapes import ViewShape
from stages.automation.packages.view_shapes import GROUPING, MATRIX, columns_of, tables_of
from stages.automation.reading.modules import AdoptedModule
from stages.automation.reading.packages import Module, manifest_of
from stages.registers.reading.operators import link_of
from stages.registers.schema import Schema, Table


@dataclass(frozen=True, slots=True)
class ProjectView:
    """A view of a module in a project. `missing` says which of its tables, columns and relations are not there."""

    module: Module
    name: str
    shape: ViewShape
    is_adopted: bool
    missing: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"views/{self.module.name}/{self.name}"

    @property
    def label(self) -> str:
        return self.shape.title or self.name


def views_of(schema: Schema, adopted: Iterable[AdoptedModule], user: User) -> list[ProjectView]:
    """The views that somebody has in a project: of the adopted modules, then of those that they installed."""
    here = list(adopted)
    found = [view for each in here if each.module is not None for view in _views(each.module, schema, is_adopted=True)]
    names = {each.name for each in here}
    for module in installed_modules(user):
        if module.name not in names:
            own = _views(module, schema, is_adopted=False)
            found += [each for each in own if all(table in schema.readable for table in tables_of(each.shape))]
    return found


def find_view(views: Iterable[ProjectView], module: str, name: str) -> ProjectView | None:
    return next((each for each in views if (each.module.name, each.name) == (module, name)), None)


def installed_modules(user: User) -> list[Module]:
    """The modules whose views somebody uses, in the versions that they installed."""
    found = Installation.objects.filter(user=user).select_related("package")
    return [Module(manifest_of(each.package), each.package.sha256, each.package) for each in found]


def missing_of(shape: ViewShape, schema: Schema) -> Iterator[str]:
    """What a view names and the project does not have, in words."""
    for table in tables_of(shape):
        if table not in (schema.readable if shape.kind == MATRIX else schema.tables):
            yield gettext("The table “%(table)s” is not in this project.") % {"table": table}
    for table, column in columns_of(shape):
        known = schema.tables.get(table)
        if known is not None and not _has(schema, known, column):
            words = gettext("The table “%(table)s” has no column “%(column)s”.")
            yield words % {"table": known.label, "column": column}
        elif known is not None and column == shape.group_by and not _groups(known, column):
            words = gettext("The column “%(column)s” has no options to group by.")
            yield words % {"column": column}
    if shape.relation:
        yield from _missing_relation(shape, schema)


def _has(schema: Schema, table: Table, column: str) -> bool:
    """Whether a table has a column, or its records links of a relation."""
    if (link := link_of(column)) is None:
        return table.column(column) is not None
    direction, type_ = link
    ends = [(relation.type, outgoing) for relation, outgoing in schema.relations_of(table.facet)]
    return (type_, direction == "out") in ends


def _groups(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and column.type in GROUPING and not column.reference


def _missing_relation(shape: ViewShape, schema: Schema) -> Iterator[str]:
    relation = schema.relations.get(shape.relation)
    if relation is None:
        yield gettext("The relation “%(relation)s” is not in this project.") % {"relation": shape.relation}
        return
    ends = (shape.rows, shape.columns[0])
    if not any(relation.source in ("", one) and relation.target in ("", other) for one, other in (ends, ends[::-1])):
        yield gettext("The relation “%(relation)s” is between other tables.") % {"relation": relation.label}


def _views(module: Module, schema: Schema, *, is_adopted: bool) -> Sequence[ProjectView]:
    return [
        ProjectView(module, name, shape, is_adopted, tuple(missing_of(shape, schema)))
        for name, shape in module.manifest.views.items()
    ]
