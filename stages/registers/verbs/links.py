"""Links between records: made, moved, confirmed, taken away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext

from kernel.errors import Conflict, ValidationFailed
from stages.registers.fold.acts import Acts
from stages.registers.fold.effects import edge_facet
from stages.registers.fold.errors import Malformed
from stages.registers.fold.members import check_edge_type
from stages.registers.fold.ordering import check_index
from stages.registers.fold.payloads import CreateOrderedEdge, MoveOrderedEdge, Payload, SetField
from stages.registers.fold.views import Edge, Record
from stages.registers.schema import Column, Relation, Schema
from stages.registers.schema.values import refuse
from stages.registers.verbs.cells import value_of
from stages.registers.verbs.finding import edge_of, end_of
from stages.registers.verbs.relations import CONFIRMED


def link(
    acts: Acts,
    schema: Schema,
    edge: str,
    *,
    source: str,
    target: str,
    type_: str | None = None,
    properties: Mapping[str, Any] | None = None,
    at: int | None = None,
    index: str | None = None,
) -> list[Payload]:
    """A link from one record to another. In an ordered relation it comes last, `at` a place from 0, or at an `index`.

    Raises `NotFound` for a record, `Conflict` for a link that is there or leads to its own record.
    """
    one, other = end_of(acts, source), end_of(acts, target)
    if one.id == other.id:
        raise Conflict(gettext("A link leads from one record to another one."), record=one.id)
    relation = relation_of(schema, type_)
    check_ends(relation, one, other)
    if acts.increment.storage.edges.get(edge) is not None:
        raise Conflict(gettext("There is this link already."), edge=edge)
    ordered = at is not None or index is not None or (relation is not None and relation.ordered)
    if found := find_link(acts, one.id, other.id, type_):
        raise Conflict(gettext("There is this link already."), edge=found.id)
    values = check_properties(acts, schema, type_, properties or {})
    if not ordered:
        return acts.link(edge, one.id, other.id, type_, values)
    if index is not None:
        return [CreateOrderedEdge(edge, one.id, other.id, type_, index_of(index, "index"), values)]
    place = len(acts.siblings(one.id, type_)) if at is None else at
    return acts.link_ordered(edge, one.id, other.id, type_, at=place, properties=values)


def unlink(acts: Acts, schema: Schema, edges: Iterable[str]) -> list[Payload]:
    return [payload for each in dict.fromkeys(edges) for payload in acts.unlink(edge_of(acts, each).id)]


def move(acts: Acts, schema: Schema, edge: str, *, at: int | None = None, index: str | None = None) -> list[Payload]:
    """Move a link `at` a place from 0 among those of its source and type, or to an index."""
    found = edge_of(acts, edge)
    if not found.facts.ends.ordered:
        raise Conflict(gettext("Links of this kind have no order."), edge=edge)
    if index is not None:
        return [MoveOrderedEdge(found.id, index_of(index, "index"))]
    if at is None:
        raise ValidationFailed({"at": [gettext("Say the place, from 0.")]})
    return acts.move(found.id, at)


def set_properties(acts: Acts, schema: Schema, edge: str, properties: Mapping[str, Any]) -> list[Payload]:
    """Set properties of a link."""
    found = edge_of(acts, edge)
    values = check_properties(acts, schema, found.facts.ends.type, properties)
    return [payload for name, value in values.items() for payload in acts.set_property(found.id, name, value)]


def confirm_links(acts: Acts, schema: Schema, edges: Iterable[str]) -> list[Payload]:
    """Say of links that they still hold, after something at their ends has changed."""
    found = [edge_of(acts, each) for each in dict.fromkeys(edges)]
    return [SetField(each.id, edge_facet(each.facts.ends.type), CONFIRMED, True) for each in found]


def relation_of(schema: Schema, type_: str | None) -> Relation | None:
    """The relation of a type of links; links may be of one that no relation describes. Raises `ValidationFailed`."""
    try:
        check_edge_type(type_, "type")
    except Malformed:
        raise refuse("type", gettext("A type of links has 1 to 100 characters, and no colon.")) from None
    return schema.relations.get(type_) if type_ is not None else None


def check_ends(relation: Relation | None, source: Record, target: Record) -> None:
    """Refuse ends that are not in the tables of a relation. Raises `ValidationFailed`."""
    if relation is None:
        return
    for member, facet, record in (("source", relation.source, source), ("target", relation.target, target)):
        if facet and facet not in record.fields:
            words = gettext("“%(relation)s” links records of %(table)s only here.")
            raise refuse(member, words % {"relation": relation.label, "table": facet})


def find_link(acts: Acts, source: str, target: str, type_: str | None) -> Edge | None:
    """The link of a type between two records that is shown."""
    storage = acts.increment.storage
    for member in acts.increment.identity.members(source):
        for each in storage.edges_at(member):
            edge = storage.edges.get(each)
            if edge is None or not edge.shown:
                continue
            if (edge.facts.source, edge.facts.target, edge.facts.ends.type) == (source, target, type_):
                return edge
    return None


def check_properties(acts: Acts, schema: Schema, type_: str | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of a link that its relation knows. Raises `ValidationFailed` naming one."""
    relation = relation_of(schema, type_)
    found = {}
    for name, value in values.items():
        kind = relation.properties.get(name) if relation else "text"
        if kind is None or name == CONFIRMED:
            words = gettext("Links of this kind have no property “%(name)s”.") % {"name": name[:100]}
            raise refuse(f"properties.{name[:100]}", words)
        column = Column(name, kind) if relation else _column_for(name, value)
        found[name] = value_of(acts, schema, column, value)
    return found


def index_of(index: object, member: str) -> str:
    """A key of the order. Raises `ValidationFailed`."""
    try:
        return check_index(index, member)
    except Malformed:
        words = gettext("Not a fractional index: at most 200 letters and digits, as “a0”.")
        raise refuse(member, words) from None


def _column_for(name: str, value: object) -> Column:
    """A column that takes a value: what no relation describes has whatever type is written."""
    if isinstance(value, bool):
        return Column(name, "boolean")
    if isinstance(value, int | float):
        return Column(name, "float")
    if isinstance(value, dict):
        kinds = {"entity": "entity-reference", "blake3": "blob-reference"}
        return Column(name, next((kinds[each] for each in kinds if each in value), "text"))
    return Column(name)
