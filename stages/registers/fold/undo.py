"""Undo and redo (rule 7): a bundle that gives back what was shown before another one, per person.

What somebody else has changed since stays as it is, and is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from stages.registers.fold.bundles import Bundle
from stages.registers.fold.deltas import take_back, used_client_ids
from stages.registers.fold.effects import (
    Field,
    Key,
    Subject,
    edge_facet,
    removals,
)
from stages.registers.fold.increment import Increment
from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import (
    AttachFacet,
    ConfirmFieldMapping,
    CreateEdge,
    CreateEntity,
    CreateOrderedEdge,
    DeleteEdge,
    DeleteEntity,
    DetachFacet,
    MoveOrderedEdge,
    RebalanceOrderedEdges,
    SetCRDTField,
    SetField,
)
from stages.registers.fold.showing_again import ShowingAgain
from stages.registers.fold.since import TakenBack
from stages.registers.fold.stacks import cancelled
from stages.registers.fold.undo_identity import IdentityBack
from stages.registers.fold.values import spell
from stages.registers.fold.views import class_of, raw_fields


def take_back_newest(
    increment: Increment, bundles: Sequence[Bundle], new_client_id: Callable[[], int]
) -> tuple[Bundle, TakenBack] | None:
    """Take back the newest of a person's `undoable` or `redoable` bundles; None where nothing is left to take back.

    One that makes no difference any more, such as a value that was the same before, is passed over. One of which
    everything stays is not: the answer names who has changed it.
    """
    for bundle in reversed(bundles):
        taken = take_back_bundle(increment, bundle, new_client_id)
        if taken.payloads or taken.kept:
            return bundle, taken
    return None


def take_back_bundle(increment: Increment, bundle: Bundle, new_client_id: Callable[[], int]) -> TakenBack:
    """The payloads that take a bundle back. `new_client_id` answers ids that nobody writes in a text under."""
    taking = _TakingBack(increment, bundle, new_client_id)
    for operation in reversed(bundle.operations):
        taking.take(operation)
    taking.show_again()
    return taking.result


class _TakingBack(IdentityBack):
    """One bundle that is taken back, its operations from the last to the first."""

    def take(self, operation: Operation) -> None:
        match operation.payload:
            case CreateEntity(entity):
                self._delete_record(entity)
            case DeleteEntity(entity):
                self._restore_record(entity)
            case AttachFacet(entity, facet):
                self._detach(Subject("facet", entity, facet))
            case DetachFacet(entity, facet):
                self._attach(Subject("facet", entity, facet))
            case SetField(entity, facet, name):
                self._set_field(Field(entity, facet, name))
            case SetCRDTField(entity, facet, name):
                self._write_text(Field(entity, facet, name))
            case _:
                self._take_other(operation)

    def show_again(self) -> None:
        """Let fields show what they showed whose values were all there and are again, one of them shown."""
        showing = ShowingAgain(self._increment, self._past, self._bundle, self._is_free)
        self.result.payloads += showing.needed_after(self.result.payloads)

    def _is_free(self, raw: Field) -> bool:
        return not any(map(self._is_of_somebody_else, self._storage.operations_on(Key("field", raw))))

    def _take_other(self, operation: Operation) -> None:
        match operation.payload:
            case CreateEdge() | CreateOrderedEdge() as edge:
                self._unlink(edge)
            case DeleteEdge(edge_id):
                self._link(edge_id)
            case MoveOrderedEdge(edge_id):
                self._move(edge_id)
            case RebalanceOrderedEdges() as rebalance:
                self._rebalance(rebalance)
            case ConfirmFieldMapping() as mapping:
                self._map(mapping)
            case _:
                self.take_identity(operation)

    # Records and facets

    def _delete_record(self, entity: str) -> None:
        root = self._identity.root(entity)
        if not self._lives(entity) or self._past.record_lived(entity) or self._is_done("deletion", root):
            return
        members = sorted(self._identity.members(root))
        facets = [Subject("facet", *each) for each in self._identity.placed(root, self._storage.facets_of)]
        subjects = [*(Subject("entity", member) for member in members), *sorted(facets)]
        if not self._is_kept(*(Key("life", subject) for subject in subjects)):
            gone = [member for member in members if not self._past.record_lived(member)]
            self.result.payloads += [DeleteEntity(member) for member in gone]

    def _restore_record(self, entity: str) -> None:
        if self._lives(entity) or not self._past.record_lived(entity):
            return
        if not self._is_kept(Key("life", Subject("entity", entity)), of=removals):
            self._restored.add(self._identity.root(entity))
            self.result.payloads.append(CreateEntity(entity))

    def _detach(self, subject: Subject) -> None:
        if self._is_new(subject.id) or self._past.lived(subject) or not self._is_attached(subject):
            return
        if not self._is_kept(Key("life", subject)):
            self.result.payloads.append(DetachFacet(subject.id, subject.facet))

    def _attach(self, subject: Subject) -> None:
        place = self._identity.place(subject.id, subject.facet)
        if not self._past.lived(subject) or self._is_attached(subject) or not self._may_revive(place):
            return
        if not self._is_kept(Key("life", subject), of=removals):
            self.result.payloads.append(AttachFacet(subject.id, subject.facet))

    # Values and texts

    def _set_field(self, written: Field) -> None:
        if written.facet.startswith(EDGE_PREFIX):
            self._set_property(written)
            return
        if self._is_new(written.entity) or self._is_new(written.entity, written.facet):
            return
        place = self._identity.place(written.entity, written.facet)
        record = self._storage.records.get(place)
        one = class_of((written.facet, written.name), self._increment.classes)
        if record is None or not self._may_write(written) or self._is_done(place, min(one)):
            return
        raws = {*raw_fields(record.facts, written.facet, written.name, self._increment.classes), written}
        if not self._is_kept(*(Key("field", raw) for raw in sorted(raws))):
            self.result.payloads += self._former_values(raws, self._past.shown(written))

    def _former_values(self, raws: Iterable[Field], shown: Any) -> list[SetField]:
        """Each raw field that the bundle wrote gets its own value back, the one that was shown last.

        So what was mapped or merged meanwhile comes apart again as it was.
        """
        former = [self._former_value(raw) for raw in sorted(self._written & {*raws})]
        return sorted(former, key=lambda each: not each.unset and spell(each.value) == spell(shown))

    def _former_value(self, raw: Field) -> SetField:
        return SetField(*raw, self._past.value(raw), unset=not self._past.had_value(raw))

    def _set_property(self, written: Field) -> None:
        edge = self._storage.edges.get(written.entity)
        if edge is None or not edge.facts.alive or Subject("edge", written.entity) in self._begun:
            return
        if written.facet != edge_facet(edge.facts.ends.type) or self._is_done(written):
            return
        if not self._is_kept(Key("field", written)):
            self.result.payloads.append(self._former_value(written))

    def _write_text(self, written: Field) -> None:
        if self._is_new(written.entity) or self._is_new(written.entity, written.facet):
            return
        if self._is_done("text", written) or not self._may_write(written):
            return
        operations = self._storage.operations_on(Key("text", written))
        mine = cancelled(self._storage.by_actor(self._actor), self._bundle) | {self._bundle.header.bundle_id}
        used = used_client_ids(operations)
        while (client_id := self._new_client_id()) in used:
            pass
        delta = take_back(operations, mine, client_id)
        if delta is not None:
            self.result.payloads.append(SetCRDTField(*written, delta))

    # Edges

    def _unlink(self, created: CreateEdge | CreateOrderedEdge) -> None:
        subject = Subject("edge", created.edge_id)
        edge = self._storage.edges.get(created.edge_id)
        if edge is None or not edge.facts.alive or self._past.lived(subject):
            return
        if not self._is_kept(Key("life", subject), Key("index", created.edge_id)):
            self.result.payloads.append(DeleteEdge(created.edge_id))

    def _link(self, edge_id: str) -> None:
        edge = self._storage.edges.get(edge_id)
        if edge is None or edge.facts.alive or not self._past.lived(Subject("edge", edge_id)):
            return
        ends, index = edge.facts.ends, edge.facts.index
        if not (self._may_revive(edge.facts.source) and self._may_revive(edge.facts.target)):
            return
        if self._is_kept(Key("life", Subject("edge", edge_id)), of=removals):
            return
        if ends.ordered and index is not None:
            created = CreateOrderedEdge(edge_id, ends.source, ends.target, ends.type, index.value, {})
            self.result.payloads.append(created)
        else:
            self.result.payloads.append(CreateEdge(edge_id, ends.source, ends.target, ends.type, {}))

    def _move(self, edge_id: str) -> None:
        index, now = self._past.index(edge_id), self._storage.indexes.get(edge_id)
        if index is None or now is None or now.value == index or self._is_done("index", edge_id):
            return
        if not self._is_kept(Key("index", edge_id)):
            self.result.payloads.append(MoveOrderedEdge(edge_id, index))

    def _rebalance(self, rebalance: RebalanceOrderedEdges) -> None:
        """All of it by one operation, as it was done."""
        done = len(self.result.payloads)
        for edge_id, _index in rebalance.new_ordering:
            self._move(edge_id)
        moves = self.result.payloads[done:]
        ordering = tuple((each.edge_id, each.new_index) for each in moves if isinstance(each, MoveOrderedEdge))
        if ordering:
            self.result.payloads[done:] = [replace(rebalance, new_ordering=ordering)]

    # Mappings

    def _map(self, mapping: ConfirmFieldMapping) -> None:
        seen = self._past.operations_on(Key("mapping", mapping.pair))
        before = bool(seen) and isinstance(last := seen[-1].payload, ConfirmFieldMapping) and last.confirmed
        now = self._storage.mappings.get(mapping.pair)
        if now is None or now.last.value == before or self._is_done(mapping.pair):
            return
        if not self._is_kept(Key("mapping", mapping.pair)):
            (facet_a, field_a), (facet_b, field_b) = mapping.pair
            self.result.payloads.append(ConfirmFieldMapping(facet_a, field_a, facet_b, field_b, before))
