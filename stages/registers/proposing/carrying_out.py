"""Changes of records as payloads, on the state under the project's lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from stages.registers.fold.acts import Acts
from stages.registers.fold.deltas import write_text
from stages.registers.fold.effects import Field, Key, Subject
from stages.registers.fold.members import EDGE_PREFIX
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
    SetCRDTField,
    SetField,
    SplitEntity,
)
from stages.registers.fold.views import raw_fields
from stages.registers.proposing.targets import RecordTarget
from stages.registers.verbs.finding import make_client_id

# What must be there before something else can be written comes first; removals come last.
_ORDER: Final = ("record", "facet", "mapping", "merge", "split", "edge", "index", "field", "text")
_LAST: Final = ("edge", "facet", "record")


def payloads_of(acts: Acts, changes: Mapping[RecordTarget, Any]) -> list[Payload]:
    """What makes targets hold these values; of what they hold already, nothing."""
    carrying = _CarryingOut(acts, changes)
    found: list[Payload] = []
    written: set[Field] = set()
    for target, value in _in_order(changes):
        for payload in carrying.payloads(target, value):
            if isinstance(payload, SetField | SetCRDTField):
                # Two targets may be shown as one field by now.
                field = Field(payload.entity_id, payload.facet_type, payload.field_name)
                if field in written:
                    continue
                written.add(field)
            found.append(payload)
    return found


def _in_order(changes: Mapping[RecordTarget, Any]) -> Iterator[tuple[RecordTarget, Any]]:
    kept = {target: value for target, value in changes.items() if not _removes(target, value)}
    for word in _ORDER:
        yield from sorted(_of_word(kept, word), key=_target_of)
    for word in _LAST:
        yield from sorted(
            (each for each in _of_word(changes, word) if each[0] not in kept),
            key=_target_of,
        )


def _of_word(changes: Mapping[RecordTarget, Any], word: str) -> Iterator[tuple[RecordTarget, Any]]:
    return ((target, value) for target, value in changes.items() if target.word == word)


def _target_of(change: tuple[RecordTarget, Any]) -> RecordTarget:
    return change[0]


def _removes(target: RecordTarget, value: Any) -> bool:
    return target.word in _LAST and value in (None, False)


class _CarryingOut:
    """Makes payloads on one state."""

    def __init__(self, acts: Acts, changes: Mapping[RecordTarget, Any]) -> None:
        self._acts = acts
        self._storage = acts.increment.storage
        self._new = {target.parts[0] for target, value in changes.items() if target.word == "record" and value}
        self._new -= {entity for entity in self._new if self._exists(entity)}
        # Whose creation was staged and taken back: there is nothing of it to write.
        gone = (target.parts[0] for target, value in changes.items() if target.word == "record" and value is False)
        self._gone = {entity for entity in gone if not self._exists(entity)}

    def payloads(self, target: RecordTarget, value: Any) -> Iterator[Payload]:
        if target.word in ("record", "facet", "field", "text") and target.parts[0] in self._gone:
            return
        yield from _MAKERS[target.word](self, *target.parts, value)

    def _exists(self, entity: str) -> bool:
        return self._storage.lives.get(Subject("entity", entity)) is not None

    def record(self, entity: str, alive: bool) -> Iterator[Payload]:
        found = self._storage.records.get(self._acts.increment.identity.root(entity))
        if (found is not None and found.alive) != alive:
            yield CreateEntity(entity) if alive else DeleteEntity(entity)

    def facet(self, entity: str, facet: str, attached: bool) -> Iterator[Payload]:
        life = self._storage.lives.get(Subject("facet", entity, facet))
        if (life is not None and life.alive) != attached:
            yield AttachFacet(entity, facet) if attached else DetachFacet(entity, facet)

    def field(self, entity: str, facet: str, name: str, value: Any) -> Iterator[Payload]:
        for raw in self._raws(entity, facet, name):
            yield SetField(*raw, None, unset=True) if value is None else SetField(*raw, value["value"])

    def text(self, entity: str, facet: str, name: str, text: str | None) -> Iterator[Payload]:
        for raw in self._raws(entity, facet, name):
            client_id = make_client_id(self._storage, [raw])
            if delta := write_text(self._storage.operations_on(Key("text", raw)), text or "", client_id):
                yield SetCRDTField(*raw, delta)

    def edge(self, edge: str, value: Any) -> Iterator[Payload]:
        found = self._storage.edges.get(edge)
        if value is None:
            if found is not None and found.shown:
                yield DeleteEdge(edge)
            return
        ends = (edge, value["source"], value["target"], value["type"])
        if value["index"] is None:
            yield CreateEdge(*ends, value["properties"])
        else:
            yield CreateOrderedEdge(*ends, value["index"], value["properties"])

    def index(self, edge: str, index: str) -> Iterator[Payload]:
        yield MoveOrderedEdge(edge, index)

    def mapping(self, facet_a: str, field_a: str, facet_b: str, field_b: str, confirmed: bool) -> Iterator[Payload]:
        yield ConfirmFieldMapping(facet_a, field_a, facet_b, field_b, confirmed)

    def merge(self, survivor: str, absorbed: str, merged: bool) -> Iterator[Payload]:
        identity = self._acts.increment.identity
        if (identity.root(survivor) == identity.root(absorbed)) != merged:
            yield MergeEntities(survivor, absorbed) if merged else SplitEntity(survivor, absorbed, ())

    def split(self, source: str, new_entity: str, facets: list[str]) -> Iterator[Payload]:
        if not self._acts.increment.identity.moved_to(new_entity):
            yield SplitEntity(source, new_entity, tuple(facets))

    def _raws(self, entity: str, facet: str, name: str) -> list[Field]:
        """The raw fields that are shown as one with this one; those of what is new are itself alone."""
        raw = Field(entity, facet, name)
        if facet.startswith(EDGE_PREFIX) or entity in self._new:
            return [raw]
        found = self._storage.records.get(self._acts.increment.identity.place(entity, facet))
        if found is None or not found.alive or facet not in found.fields:
            return [raw]
        return raw_fields(found.facts, facet, name, self._acts.increment.classes)


_MAKERS: Final[Mapping[str, Callable[..., Iterator[Payload]]]] = {
    "record": _CarryingOut.record,
    "facet": _CarryingOut.facet,
    "field": _CarryingOut.field,
    "text": _CarryingOut.text,
    "edge": _CarryingOut.edge,
    "index": _CarryingOut.index,
    "mapping": _CarryingOut.mapping,
    "merge": _CarryingOut.merge,
    "split": _CarryingOut.split,
}
