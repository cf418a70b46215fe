"""What payloads touch, as keys of rules: before the state with them is known, and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from stages.automation.rules.applying import Touched
from stages.automation.rules.watching import Key
from stages.registers.fold.bundles import Sourced
from stages.registers.fold.increment import Increment
from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.fold.payloads import (
    AttachFacet,
    CreateEdge,
    CreateEntity,
    CreateOrderedEdge,
    DeleteEdge,
    DetachFacet,
    MoveOrderedEdge,
    Payload,
    RebalanceOrderedEdges,
    SetCRDTField,
    SetField,
)
from stages.registers.fold.refreshing import Changes

_OF_EDGES: Final = (CreateEdge, CreateOrderedEdge, DeleteEdge, MoveOrderedEdge, RebalanceOrderedEdges)


def keys_of(payloads: Iterable[Sourced], before: Increment) -> set[Key] | None:
    """The keys that payloads touch; None where that may be any, such as for a merge or a deletion."""
    found: set[Key] = set()
    listed = [payload for payload, _source in payloads]
    attached = {each.entity_id for each in listed if isinstance(each, AttachFacet)}
    for payload in listed:
        if isinstance(payload, CreateEntity) and payload.entity_id in attached:
            continue
        keys = _keys_of_edge(payload, before) if isinstance(payload, _OF_EDGES) else _keys(payload, before)
        if keys is None:
            return None
        found.update(keys)
    return found


def touched_by(payloads: Iterable[Sourced], after: Increment, changes: Changes) -> Touched:
    """What payloads have changed, on the state with them."""
    touched, classes = Touched(), after.classes
    listed = [payload for payload, _source in payloads]
    attached = {each.entity_id for each in listed if isinstance(each, AttachFacet)}
    for payload in listed:
        match payload:
            case SetField(entity, facet) if facet.startswith(EDGE_PREFIX):
                continue
            case SetField(entity, facet, name) | SetCRDTField(entity, facet, name):
                touched.note(after.identity.place(entity, facet), Key("column", facet, name), classes)
            case AttachFacet(entity, facet):
                touched.note(after.identity.place(entity, facet), Key("table", facet), classes)
                if _is_mapped(facet, after):
                    touched.records.add(after.identity.place(entity, facet))
            case CreateEntity(entity) if entity in attached:
                continue
            case _ if isinstance(payload, _OF_EDGES):
                continue
            case _:
                # Records that were deleted, restored, merged, split or mapped may show anything else.
                touched.records |= changes.records
    for edge in changes.edges:
        known = after.storage.edges.get(edge)
        if known is not None and (relation := known.facts.ends.type) is not None:
            touched.note(known.facts.source, Key("relation", relation, "to"), classes)
            touched.note(known.facts.target, Key("relation", relation, "from"), classes)
    return touched


def _keys(payload: Payload, before: Increment) -> Iterable[Key] | None:
    match payload:
        case SetField(_, facet) if facet.startswith(EDGE_PREFIX):
            return ()
        case SetField(_, facet, name) | SetCRDTField(_, facet, name):
            return _columns(facet, name, before)
        case AttachFacet(_, facet) | DetachFacet(_, facet):
            return None if _is_mapped(facet, before) else (Key("table", facet),)
    return None


def _keys_of_edge(payload: Payload, before: Increment) -> Iterable[Key]:
    if isinstance(payload, CreateEdge | CreateOrderedEdge):
        return _relations(payload.edge_type)
    if isinstance(payload, DeleteEdge) and (known := before.storage.edges.get(payload.edge_id)) is not None:
        return _relations(known.facts.ends.type)
    return ()


def _columns(facet: str, name: str, before: Increment) -> Iterator[Key]:
    yield Key("column", facet, name)
    for one in before.classes.get((facet, name), ()):
        yield Key("column", *one)


def _relations(relation: str | None) -> tuple[Key, ...]:
    return () if relation is None else (Key("relation", relation, "to"), Key("relation", relation, "from"))


def _is_mapped(facet: str, at: Increment) -> bool:
    """Whether a column of a table is one with another one, which may show another value with it or without."""
    return any(within == facet for within, _name in at.classes)
