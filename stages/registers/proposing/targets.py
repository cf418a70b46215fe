"""The targets of changes of records, and the values that are staged for them.

A target is spelled `word/part/part`, each part percent-encoded. What it holds is a JSON value, None where there is
nothing:

| target | value |
|---|---|
| `record/<entity>` | whether it lives |
| `facet/<entity>/<facet>` | whether it is attached |
| `field/<entity>/<facet>/<field>` | `{"value": …}`; of an edge's property `<entity>` is the edge |
| `text/<entity>/<facet>/<field>` | the text that several write in, as a whole |
| `edge/<edge>` | `{type, source, target, index, properties}`; `index` is null where edges have no order |
| `index/<edge>` | its key in the order of edges |
| `mapping/<facet>/<field>/<facet>/<field>` | whether the fields are confirmed to be one |
| `merge/<survivor>/<absorbed>` | whether they are one record |
| `split/<source>/<new entity>` | the facets that are split off, in order |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple
from urllib.parse import quote, unquote

from stages.registers.fold.effects import Field, edge_facet
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

# The kind of these changes.
NAME: Final = "record"

# How many parts come after each word.
WORDS: Final = {
    "record": 1,
    "facet": 2,
    "field": 3,
    "text": 3,
    "edge": 1,
    "index": 1,
    "mapping": 4,
    "merge": 2,
    "split": 2,
}


class RecordTarget(NamedTuple):
    """What a change of records is about."""

    word: str
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return "/".join([self.word, *(quote(part, safe="") for part in self.parts)])

    @property
    def field(self) -> Field:
        """The raw field of a `field` or a `text`."""
        return Field(*self.parts)


def read_target(spelled: str) -> RecordTarget | None:
    """The target that is spelled so; None for what is none."""
    word, *parts = spelled.split("/")
    target = RecordTarget(word, tuple(map(unquote, parts)))
    if WORDS.get(word) != len(parts) or not all(parts) or str(target) != spelled:
        return None
    return target


class StagedChange(NamedTuple):
    """What a target shall hold."""

    target: RecordTarget
    value: Any


def staged_changes(payloads: Iterable[Payload], text_of: Any) -> Iterator[StagedChange]:
    """Payloads as changes of targets; `text_of(field)` answers the text of a raw field after them."""
    for payload in payloads:
        for word, parts, value in _changes(payload, text_of):
            yield StagedChange(RecordTarget(word, parts), value)


def _changes(payload: Payload, text_of: Any) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    match payload:
        case CreateEntity(entity):
            yield "record", (entity,), True
        case DeleteEntity(entity):
            yield "record", (entity,), False
        case AttachFacet(entity, facet):
            yield "facet", (entity, facet), True
        case DetachFacet(entity, facet):
            yield "facet", (entity, facet), False
        case SetField(entity, facet, name, value):
            yield "field", (entity, facet, name), None if payload.unset else {"value": value}
        case SetCRDTField(entity, facet, name):
            yield "text", (entity, facet, name), text_of(Field(entity, facet, name))
        case CreateEdge() | CreateOrderedEdge() | DeleteEdge() | MoveOrderedEdge() | RebalanceOrderedEdges():
            yield from _changes_of_edges(payload)
        case _:
            yield from _changes_of_identity(payload)


def _changes_of_identity(payload: Payload) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    match payload:
        case MergeEntities(survivor, absorbed):
            yield "merge", (survivor, absorbed), True
        case SplitEntity(source, new_entity, facets) if facets:
            yield "split", (source, new_entity), list(facets)
        case SplitEntity(source, new_entity):
            yield "merge", (source, new_entity), False
        case ConfirmFieldMapping():
            yield "mapping", (*payload.pair[0], *payload.pair[1]), payload.confirmed


def _changes_of_edges(payload: Payload) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    match payload:
        case CreateEdge() | CreateOrderedEdge() as edge:
            index = getattr(edge, "fractional_index", None)
            ends = {"type": edge.edge_type, "source": edge.source, "target": edge.target}
            yield "edge", (edge.edge_id,), {**ends, "index": index, "properties": dict(edge.properties)}
        case DeleteEdge(edge):
            yield "edge", (edge,), None
        case MoveOrderedEdge(edge, index):
            yield "index", (edge,), index
        case RebalanceOrderedEdges():
            for edge, index in payload.new_ordering:
                yield "index", (edge,), index


def property_target(edge: str, edge_type: str | None, name: str) -> RecordTarget:
    """The target of a property of an edge."""
    return RecordTarget("field", (edge, edge_facet(edge_type), name))
