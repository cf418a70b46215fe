"""The traceability matrix of two tables and a relation: as it is now, or as of a clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import Q

from stages.registers.models import Edge, Row
from stages.registers.reading.asof import Past
from stages.registers.reading.matrix import End, Link, Matrix, build
from stages.registers.reading.naming import name_of_row
from stages.registers.reading.query import Query
from stages.registers.reading.reader import Reader
from stages.registers.reading.rows import record_ids
from stages.registers.reading.traces import Trace, TracedEdge, trace
from stages.registers.schema import Relation, Schema, Table

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Axes:
    """What the matrix is of: the facets of its rows and columns, and the type of its links."""

    rows: str
    columns: str
    relation: str

    def is_outgoing(self, schema: Schema) -> bool:
        """Whether links lead from rows to columns, by the relation's tables; new ones are made so."""
        relation = schema.relations.get(self.relation, Relation(self.relation))
        if relation.source and relation.source != self.columns:
            return True
        return relation.target == self.columns and relation.source in ("", self.rows)


def choose_axes(schema: Schema, rows: str, columns: str, relation: str) -> Axes | None:
    """The axes that somebody asked for, completed by what fits; None where there is no relation between tables.

    What leaves out more is chosen first: rows that are the target of a relation, with those who lead to them.
    """
    asked = {"rows": rows, "columns": columns, "relation": relation}
    for kept in (("rows", "columns", "relation"), ("rows", "columns"), ("rows", "relation"), ("relation",), ("rows",)):
        if all(asked[name] for name in kept):
            for each in _candidates(schema, **{name: asked[name] for name in kept}):
                return each
    return next(_candidates(schema), None)


def column_tables(schema: Schema) -> list[Table]:
    """The tables whose records can be columns: those of people, and those of apps that a relation leads to."""
    named = {end for each in schema.relations.values() for end in _ends_of(each)}
    return [each for facet, each in schema.readable.items() if facet in schema.tables or facet in named]


def _candidates(schema: Schema, rows: str = "", columns: str = "", relation: str = "") -> Iterator[Axes]:
    """The axes with these members, one after the other: of 200 tables and relations there are eight million.

    Tables of apps come behind those of people, and only as the end that a relation names.
    """

    def named(known: Mapping[str, T], name: str) -> list[T]:
        return [each for key, each in known.items() if name in ("", key)]

    relations, of_rows = named(schema.relations, relation), named(schema.tables, rows)
    of_apps = {facet: each for facet, each in schema.readable.items() if facet not in schema.tables}
    for tables in (schema.tables, of_apps):
        for each in relations:
            for first in of_rows:
                for second in named(tables, columns):
                    if _fits(each, first, second) and (tables is schema.tables or second.facet in _ends_of(each)):
                        yield Axes(first.facet, second.facet, each.type)


def _ends_of(relation: Relation) -> tuple[str, str]:
    return relation.source, relation.target


def _fits(relation: Relation, rows: Table, columns: Table) -> bool:
    incoming = relation.target in ("", rows.facet) and relation.source in ("", columns.facet)
    outgoing = relation.source in ("", rows.facet) and relation.target in ("", columns.facet)
    return (incoming or outgoing) and rows.facet != columns.facet


def matrix(reader: Reader, axes: Axes, *, rows: Query | None = None) -> Matrix:
    """The matrix now; `rows` are those of a query, in its order."""
    of_rows, of_columns = _ends(reader, rows or Query(axes.rows)), _ends(reader, Query(axes.columns))
    edges = edges_between(reader.project_id, axes)
    return build(of_rows, of_columns, _links(edges, {end.record for end in of_rows}, trace(reader, edges)))


def edges_between(project_id: UUID, axes: Axes, *, among: Iterable[str] = ()) -> list[TracedEdge]:
    """The edges of a relation between records of two tables; with `among`, only those at these records."""
    edges = Edge.objects.filter(project_id=project_id, type=axes.relation, shown=True)
    if ends := list(among):
        edges = edges.filter(Q(source__in=ends) | Q(target__in=ends))
    found = [TracedEdge(str(edge), type_, str(a), str(b)) for edge, type_, a, b in edges.values_list(*_EDGE)]
    of_rows, of_columns = _records(project_id, axes.rows, found), _records(project_id, axes.columns, found)
    return [each for each in found if _is_between(each, of_rows, of_columns)]


_EDGE = ("id", "type", "source", "target")


def matrix_at(past: Past, axes: Axes) -> Matrix:
    """The matrix as of a clock."""
    rows, columns = past.ends(axes.rows), past.ends(axes.columns)
    of_rows, of_columns = {end.record for end in rows}, {end.record for end in columns}
    edges = [each for each in past.edges(axes.relation) if _is_between(each, of_rows, of_columns)]
    return build(rows, columns, _links(edges, of_rows, past.trace(edges)))


def _links(edges: Iterable[TracedEdge], of_rows: set[str], traces: Mapping[str, Trace]) -> Iterable[Link]:
    for each in edges:
        row, column = (each.source, each.target) if each.source in of_rows else (each.target, each.source)
        yield Link(each.edge, row, column, traces[each.edge].suspect)


def _is_between(edge: TracedEdge, of_rows: set[str], of_columns: set[str]) -> bool:
    ends = ((edge.source, edge.target), (edge.target, edge.source))
    return any(one in of_rows and other in of_columns for one, other in ends)


def _records(project_id: UUID, facet: str, edges: Iterable[TracedEdge]) -> set[str]:
    ends = {end for each in edges for end in (each.source, each.target)}
    rows = Row.objects.filter(project_id=project_id, facet=facet, record__in=ends)
    return set(map(str, rows.values_list("record", flat=True)))


def _ends(reader: Reader, query: Query) -> list[End]:
    ids = record_ids(reader, query)
    table = reader.table(query.facet)
    rows = Row.objects.filter(project_id=reader.project_id, facet=query.facet).values_list("record", "shown")
    named = {str(record): name_of_row(table, str(record), shown) for record, shown in rows}
    return [End(each, named[each].label, named[each].text) for each in ids if each in named]
