"""What people do, as payloads: each act on the state that its person sees.

An act goes through to everything that is shown as one: a value to all raw fields behind it, a deletion to all members.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stages.registers.fold.deltas import write_text
from stages.registers.fold.effects import Key, Subject
from stages.registers.fold.increment import Increment
from stages.registers.fold.ordering import Placing, place_between
from stages.registers.fold.payloads import (
    AttachFacet,
    ConfirmFieldMapping,
    CreateEdge,
    CreateEntity,
    CreateOrderedEdge,
    DeleteEdge,
    DeleteEntity,
    DetachFacet,
    MergeEntities,
    MoveOrderedEdge,
    Payload,
    RebalanceOrderedEdges,
    SetCRDTField,
    SetField,
    SplitEntity,
)
from stages.registers.fold.views import Edge, Record, class_of, raw_fields


class ActRefused(Exception):
    """An act that cannot be done on this state; `code` is `not_found` or `conflict`."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True, slots=True)
class Acts:
    """The acts on the state of an increment. Ids of records are those that they are shown by."""

    increment: Increment

    def create(self, entity: str, facet: str, values: Mapping[str, Any]) -> list[Payload]:
        """A record in a table, with values."""
        writes = [SetField(entity, facet, name, value) for name, value in values.items()]
        return [CreateEntity(entity), AttachFacet(entity, facet), *writes]

    def set_field(
        self, record: str, facet: str, name: str, value: Any, *, resolves: tuple[str, ...] = ()
    ) -> list[Payload]:
        found = self._attached(record, facet)
        fields = raw_fields(found.facts, facet, name, self.increment.classes)
        return [SetField(*field, value, resolves) for field in fields]

    def resolve(self, record: str, facet: str, name: str, value: Any) -> list[Payload]:
        """Decide between the values that stand side by side."""
        shown = self._attached(record, facet).fields[facet].get(name)
        if shown is None or len({tip.op_id for tip in shown.tips}) < 2:
            raise ActRefused("conflict", "Nothing stands side by side here.")
        tips = tuple(dict.fromkeys(tip.op_id for tip in shown.tips))
        return self.set_field(record, facet, name, value, resolves=tips)

    def type_text(self, record: str, facet: str, name: str, text: str, client_id: int) -> list[Payload]:
        """Make a text of a record this one; what it shares with the present text is left as it is.

        `client_id` is an id that nobody else writes under.
        """
        payloads: list[Payload] = []
        found = self._attached(record, facet)
        for field in raw_fields(found.facts, facet, name, self.increment.classes):
            operations = self.increment.storage.operations_on(Key("text", field))
            if delta := write_text(operations, text, client_id):
                payloads.append(SetCRDTField(*field, delta))
        return payloads

    def delete(self, record: str) -> list[Payload]:
        return [DeleteEntity(member) for member in self._alive(record).facts.members]

    def restore(self, record: str) -> list[Payload]:
        found = self.increment.storage.records.get(record)
        if found is None:
            raise ActRefused("not_found", "There is no such record.")
        if found.alive:
            raise ActRefused("conflict", "This record is not deleted.")
        return [CreateEntity(member) for member in found.facts.members]

    def attach(self, record: str, facet: str) -> list[Payload]:
        """Put a record into a further table; fields that are mapped get the values that are there."""
        found = self._alive(record)
        if facet in found.fields:
            raise ActRefused("conflict", "The record is in this table already.")
        if self.increment.identity.place(record, facet) != record:
            raise ActRefused("conflict", "This table's part of the record was split off.")
        payloads: list[Payload] = [AttachFacet(record, facet)]
        for within, name in sorted(self.increment.classes):
            if within == facet:
                one = sorted(class_of((facet, name), self.increment.classes))
                values = [found.fields[at][each].value for at, each in one if each in found.fields.get(at, ())]
                payloads += [SetField(record, facet, name, value) for value in values[:1]]
        return payloads

    def detach(self, record: str, facet: str) -> list[Payload]:
        facts = self._attached(record, facet).facts
        here = sorted(each for each, life in facts.facets.items() if life.attached and each[1] == facet)
        return [DetachFacet(*each) for each in here]

    def link(
        self, edge: str, source: str, target: str, edge_type: str | None, properties: Mapping[str, Any]
    ) -> list[Payload]:
        self._check_ends(source, target)
        return [CreateEdge(edge, source, target, edge_type, dict(properties))]

    def link_ordered(
        self, edge: str, source: str, target: str, edge_type: str | None, *, at: int, properties: Mapping[str, Any]
    ) -> list[Payload]:
        """An edge at a place, from 0, in the order of those of its source and type."""
        self._check_ends(source, target)
        placing = place_between([(each.index or "", each.id) for each in self.siblings(source, edge_type)], at)
        created = CreateOrderedEdge(edge, source, target, edge_type, placing.index, dict(properties))
        return [*_rebalanced(source, edge_type, placing), created]

    def move(self, edge: str, at: int) -> list[Payload]:
        """Move an edge to a place among the others of its source and type."""
        found = self._shown(edge)
        if not found.facts.ends.ordered:
            raise ActRefused("conflict", "This edge has no order.")
        source, edge_type = found.facts.source, found.facts.ends.type
        others = [(each.index or "", each.id) for each in self.siblings(source, edge_type) if each.id != edge]
        placing = place_between(others, at)
        return [*_rebalanced(source, edge_type, placing), MoveOrderedEdge(edge, placing.index)]

    def unlink(self, edge: str) -> list[Payload]:
        return [DeleteEdge(self._shown(edge).id)]

    def set_property(self, edge: str, name: str, value: Any) -> list[Payload]:
        return [SetField(edge, f"edge:{self._shown(edge).facts.ends.type or ''}", name, value)]

    def map_fields(self, one: tuple[str, str], other: tuple[str, str], *, confirmed: bool = True) -> list[Payload]:
        return [ConfirmFieldMapping(*one, *other, confirmed)]

    def merge(self, survivor: str, absorbed: str) -> list[Payload]:
        if self._alive(survivor).id == self._alive(absorbed).id:
            raise ActRefused("conflict", "A record cannot be merged with itself.")
        return [MergeEntities(survivor, absorbed)]

    def split_off(self, record: str, new_entity: str, facets: Iterable[str]) -> list[Payload]:
        """Give facets of a record to an entity that is new."""
        found = self._alive(record)
        listed = tuple(sorted(facets))
        if missing := [facet for facet in listed if facet not in found.fields]:
            raise ActRefused("conflict", f"The record is not in {missing[0]}.")
        if not listed or self.increment.storage.lives.get(Subject("entity", new_entity)):
            raise ActRefused("conflict", "Facets are split off to an entity that is new.")
        return [SplitEntity(record, new_entity, listed)]

    def split_back(self, record: str, member: str) -> list[Payload]:
        """Take an entity that was merged into a record out of it again, with all that came with it."""
        if member == record or member not in self._alive(record).facts.members:
            raise ActRefused("conflict", "This was never merged into the record.")
        return [SplitEntity(record, member, ())]

    def siblings(self, source: str, edge_type: str | None) -> list[Edge]:
        """The ordered edges of a source and a type that are shown, in their order."""
        storage = self.increment.storage
        members = self.increment.identity.members(source)
        found = {each for member in members for each in storage.edges_at(member)}
        edges = [edge for each in found if (edge := storage.edges.get(each)) and edge.shown and edge.index]
        of_type = [edge for edge in edges if edge.facts.source == source and edge.facts.ends.type == edge_type]
        return sorted(of_type, key=lambda edge: (edge.index or "", edge.id))

    def _alive(self, record: str) -> Record:
        found = self.increment.storage.records.get(record)
        if found is None or not found.alive:
            raise ActRefused("not_found", "There is no such record.")
        return found

    def _attached(self, record: str, facet: str) -> Record:
        found = self._alive(record)
        if facet not in found.fields:
            raise ActRefused("conflict", f"The record is not in {facet}.")
        return found

    def _shown(self, edge: str) -> Edge:
        found = self.increment.storage.edges.get(edge)
        if found is None or not found.shown:
            raise ActRefused("not_found", "There is no such edge.")
        return found

    def _check_ends(self, source: str, target: str) -> None:
        if self._alive(source).id == self._alive(target).id:
            raise ActRefused("conflict", "An edge leads from one record to another.")


def _rebalanced(source: str, edge_type: str | None, placing: Placing) -> list[Payload]:
    if not placing.rebalanced:
        return []
    return [RebalanceOrderedEdges(source, edge_type, tuple(sorted(placing.rebalanced.items())))]
