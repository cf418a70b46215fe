"""What payloads will be looked up in, so that it is read together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.fold.payloads import (
    AttachFacet,
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


@dataclass(slots=True)
class Subjects:
    """Entities, edges, facets at entities, and the entities that may begin or cease to live."""

    entities: set[str] = field(default_factory=set)
    edges: set[str] = field(default_factory=set)
    facets: set[tuple[str, str]] = field(default_factory=set)
    lives: set[str] = field(default_factory=set)

    def take(self, payload: Payload) -> None:
        match payload:
            case SetField(edge, facet) if facet.startswith(EDGE_PREFIX):
                self.edges.add(edge)
            case SetField(entity, facet) | SetCRDTField(entity, facet):
                self.entities.add(entity)
                self.facets.add((entity, facet))
            case AttachFacet(entity, facet) | DetachFacet(entity, facet):
                self.entities.add(entity)
                self.facets.add((entity, facet))
            case CreateEntity(entity) | DeleteEntity(entity):
                self._take_lives(entity)
            case MergeEntities(one, other) | SplitEntity(one, other):
                self._take_lives(one, other)
            case CreateEdge(edge, source, target) | CreateOrderedEdge(edge, source, target):
                self.edges.add(edge)
                self.entities |= {source, target}
            case DeleteEdge(edge) | MoveOrderedEdge(edge):
                self.edges.add(edge)
            case RebalanceOrderedEdges() as rebalance:
                self.edges.update(edge for edge, _index in rebalance.new_ordering)

    def _take_lives(self, *entities: str) -> None:
        self.entities.update(entities)
        self.lives.update(entities)


def subjects_of(payloads: Iterable[Payload]) -> Subjects:
    found = Subjects()
    for payload in payloads:
        found.take(payload)
    return found
