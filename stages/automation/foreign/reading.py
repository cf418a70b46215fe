"""What a foreign view reads: rows, links and texts, as far as an owner has granted them to its text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from drafts.reading import text_of
from kernel.errors import ValidationFailed
from projects.models import Project
from stages.automation.errors import not_granted
from stages.automation.executing.grants import FIELD, RELATION, Grants
from stages.registers.models import Edge, Row
from stages.registers.reading.reader import Reader
from stages.registers.schema import Schema, Table
from stages.registers.verbs.finding import column_of, table_of

MAX_PAGE: Final = 500
MAX_ENDS: Final = 500


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows or links; `following` is `after` of the next page, None at the end."""

    rows: list[dict[str, Any]]
    following: str | None


def read_rows(
    reader: Reader,
    grants: Grants,
    *,
    table: str,
    columns: Sequence[str] | None = None,
    where: Mapping[str, Any] | None = None,
    after: UUID | None = None,
    limit: int = MAX_PAGE,
) -> Page:
    """Records of a table by their ids, each with `id` and the columns that have a value.

    `columns` are those that are granted where none are named; `where` has values by columns, None for empty ones.
    Raises `NotGranted`, `NotFound` for a table or a column that is not there.
    """
    _require(grants.may_read_table(table), table)
    found = table_of(reader.schema, table)
    shown = _columns(found, grants, columns)
    rows = Row.objects.filter(project=reader.project_id, facet=table).filter(_condition(found, grants, where or {}))
    if after is not None:
        rows = rows.filter(record__gt=after)
    listed = list(rows.order_by("record").values_list("record", "shown")[: limit + 1])
    page = [
        {"id": str(record)} | {name: values[name] for name in shown if name in values}
        for record, values in listed[:limit]
    ]
    return Page(page, page[-1]["id"] if len(listed) > limit else None)


def read_links(
    reader: Reader,
    grants: Grants,
    *,
    relation: str,
    sources: Collection[UUID] | None = None,
    targets: Collection[UUID] | None = None,
    after: UUID | None = None,
    limit: int = MAX_PAGE,
) -> Page:
    """Links of one relation by their ids: `id`, `from`, `to` and `properties`; of these records only, where some are
    named. Raises `NotGranted`, `ValidationFailed`.
    """
    _require(grants.may_read_relation(relation), f"{RELATION}{relation}")
    if relation not in reader.schema.relations:
        raise ValidationFailed({"relation": [_("There is no such kind of links.")]})
    edges: QuerySet[Edge] = Edge.objects.filter(project=reader.project_id, type=relation, shown=True)
    for name, ends in (("source", sources), ("target", targets)):
        if ends is not None:
            edges = edges.filter(**{f"{name}__in": list(ends)})
    if after is not None:
        edges = edges.filter(id__gt=after)
    listed = list(edges.order_by("id").values_list("id", "source", "target", "properties")[: limit + 1])
    page = [
        {"id": str(edge), "from": str(source), "to": str(target), "properties": properties}
        for edge, source, target, properties in listed[:limit]
    ]
    return Page(page, page[-1]["id"] if len(listed) > limit else None)


def read_text(project_id: UUID, grants: Grants, *, field: str) -> str | None:
    """The current text of a field of the project, None where there is none. Raises `NotGranted`."""
    _require(grants.may_read_field(field), f"{FIELD}{field}")
    draft = Project.objects.select_related("current_draft").get(pk=project_id).current_draft
    content = draft.fields.get(field) if draft is not None else None
    return text_of(content) if content is not None else None


def granted_tables(schema: Schema, grants: Grants) -> list[dict[str, Any]]:
    """The tables that may be read, with the columns that may be, as the typed client describes them."""
    return [
        {
            "name": table.facet,
            "title": table.label,
            "columns": [
                {
                    "name": each.name,
                    "title": each.label,
                    "type": each.type,
                    "options": [{"id": option.id, "title": option.title} for option in each.options],
                    "writable": grants.may_write_column(table.facet, each.name),
                }
                for each in table.columns
                if grants.may_read_column(table.facet, each.name)
            ],
        }
        for table in schema.tables.values()
        if grants.may_read_table(table.facet)
    ]


def _columns(table: Table, grants: Grants, named: Sequence[str] | None) -> list[str]:
    if named is None:
        return [each.name for each in table.columns if grants.may_read_column(table.facet, each.name)]
    for name in named:
        _require(grants.may_read_column(table.facet, name), f"{table.facet}.{name}")
        column_of(table, name)
    return list(named)


def _condition(table: Table, grants: Grants, where: Mapping[str, Any]) -> Q:
    """Rows whose columns hold exactly these values."""
    condition, values = Q(), {}
    for name, value in where.items():
        _require(grants.may_read_column(table.facet, name), f"{table.facet}.{name}")
        column_of(table, name)
        if value is None:
            condition &= ~Q(shown__has_key=name)
        else:
            values[name] = value
    return condition & Q(shown__contains=values) if values else condition


def _require(granted: bool, what: str) -> None:
    if not granted:
        raise not_granted(what)
