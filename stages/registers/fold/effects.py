"""What an operation touches: fields it writes, things it keeps alive or removes, and what else depends on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.fold.operations import Operation, Order
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
    RebalanceOrderedEdges,
    SetCRDTField,
    SetField,
    SplitEntity,
)

# Two fields as `(facet, field)`, in one order.
Pair = tuple[tuple[str, str], tuple[str, str]]


class Field(NamedTuple):
    """A raw field, as operations name it. Of a property of an edge, `entity` is the edge."""

    entity: str
    facet: str
    name: str


class Subject(NamedTuple):
    """What lives and can be removed: an `entity`, a `facet` at an entity, an `edge`."""

    kind: str
    id: str
    facet: str = ""


class Key(NamedTuple):
    """Under what the log finds operations again: `field`, `text`, `index`, `mapping`, `life` and `identity`."""

    kind: str
    of: Any


IDENTITY: Final = Key("identity", "")


@dataclass(frozen=True, slots=True)
class Write:
    """A value that an operation gave to a field, an index or a mapping; `unset` took the value of a field away."""

    hlc: str
    op_id: str
    site: str
    actor_id: str
    bundle_id: str
    value: Any
    resolves: bool = False
    unset: bool = False

    @property
    def order(self) -> Order:
        return self.hlc, self.op_id, self.site


def make_write(operation: Operation, value: Any) -> Write:
    payload = operation.payload
    return Write(
        hlc=operation.hlc,
        op_id=operation.op_id,
        site=operation.site,
        actor_id=operation.actor_id,
        bundle_id=operation.bundle_id,
        value=value,
        resolves=isinstance(payload, SetField) and bool(payload.resolves),
        unset=isinstance(payload, SetField) and payload.unset,
    )


def edge_facet(edge_type: str | None) -> str:
    """The facet whose fields are the properties of edges of a type."""
    return f"{EDGE_PREFIX}{edge_type or ''}"


def field_writes(operation: Operation) -> Iterator[tuple[Field, Any]]:
    match operation.payload:
        case SetField(entity, facet, name, value):
            yield Field(entity, facet, name), value
        case CreateEdge() | CreateOrderedEdge() as edge:
            for name, value in edge.properties.items():
                yield Field(edge.edge_id, edge_facet(edge.edge_type), name), value


def index_writes(operation: Operation) -> Iterator[tuple[str, str]]:
    match operation.payload:
        case CreateOrderedEdge() as edge:
            yield edge.edge_id, edge.fractional_index
        case MoveOrderedEdge(edge_id, index):
            yield edge_id, index
        case RebalanceOrderedEdges() as rebalance:
            yield from rebalance.new_ordering


def mapping_writes(operation: Operation) -> Iterator[tuple[Pair, bool]]:
    if isinstance(operation.payload, ConfirmFieldMapping):
        yield operation.payload.pair, operation.payload.confirmed


def deltas(operation: Operation) -> Iterator[tuple[Field, bytes]]:
    match operation.payload:
        case SetCRDTField(entity, facet, name, delta):
            yield Field(entity, facet, name), delta


def acts(operation: Operation) -> Iterator[Subject]:
    """What an operation keeps alive. A facet's edits also count for the record at which the facet is shown."""
    match operation.payload:
        case CreateEntity(entity):
            yield Subject("entity", entity)
        case AttachFacet(entity, facet) | SetCRDTField(entity, facet):
            yield Subject("facet", entity, facet)
        case SetField(entity, facet):
            if facet.startswith(EDGE_PREFIX):
                yield Subject("edge", entity)
            else:
                yield Subject("facet", entity, facet)
        case CreateEdge(edge, source, target) | CreateOrderedEdge(edge, source, target):
            yield from (Subject("edge", edge), Subject("entity", source), Subject("entity", target))
        case MergeEntities(one, other) | SplitEntity(one, other):
            yield from (Subject("entity", one), Subject("entity", other))


def removals(operation: Operation) -> Iterator[Subject]:
    match operation.payload:
        case DeleteEntity(entity):
            yield Subject("entity", entity)
        case DetachFacet(entity, facet):
            yield Subject("facet", entity, facet)
        case DeleteEdge(edge):
            yield Subject("edge", edge)


def is_identity(operation: Operation) -> bool:
    return isinstance(operation.payload, MergeEntities | SplitEntity)


def keys(operation: Operation) -> Iterator[Key]:
    """Everything under which the log has to find an operation."""
    yield from (Key("field", field) for field, _value in field_writes(operation))
    yield from (Key("text", field) for field, _delta in deltas(operation))
    yield from (Key("index", edge) for edge, _index in index_writes(operation))
    yield from (Key("mapping", pair) for pair, _confirmed in mapping_writes(operation))
    yield from (Key("life", subject) for subject in (*acts(operation), *removals(operation)))
    if is_identity(operation):
        yield IDENTITY
