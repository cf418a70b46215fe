"""Undo and redo (rule 7): a bundle that gives back what was shown before another one, per person.

What somebody else has changed since stays as it is, and is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from stages.registers.fold.bundles import Bundle
from stages.registers.fold.deltas import take_back
from stages.registers.fold.effects import Field, Key, Pair, Subject, acts, edge_facet, removals
from stages.registers.fold.increment import Increment
from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.fold.operations import Operation
from stages.registers.fold.past import Past
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
from stages.registers.fold.views import class_of, raw_fields


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that stays, because `actor_id` has changed it since. `kind` is that of a `Key` of the log."""

    kind: str
    of: Field | Subject | Pair | str
    actor_id: str


@dataclass(slots=True)
class TakenBack:
    """What takes a bundle back, and what of it stays."""

    payloads: list[Payload] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)


def take_back_bundle(increment: Increment, bundle: Bundle, new_client_id: Callable[[], int]) -> TakenBack:
    """The payloads that take a bundle back. `new_client_id` answers ids that nobody writes in a text under."""
    taking = _TakingBack(increment, bundle, new_client_id)
    for operation in reversed(bundle.operations):
        taking.take(operation)
    return taking.result


class _TakingBack:
    """One bundle that is taken back, its operations from the last to the first."""

    def __init__(self, increment: Increment, bundle: Bundle, new_client_id: Callable[[], int]) -> None:
        self.result = TakenBack()
        self._increment = increment
        self._storage = increment.storage
        self._identity = increment.identity
        self._bundle = bundle
        self._new_client_id = new_client_id
        self._actor = bundle.operations[0].actor_id
        self._past = Past(increment.storage, bundle.operations[0])
        # What is decided already, and entities that come back by this.
        self._done: set[object] = set()
        self._restored: set[str] = set()
        self._begun = {subject for operation in bundle.operations for subject in acts(operation)}
        self._begun = {subject for subject in self._begun if not self._past.knew(subject)}

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

    def _take_other(self, operation: Operation) -> None:
        match operation.payload:
            case CreateEdge() | CreateOrderedEdge() as edge:
                self._unlink(edge)
            case DeleteEdge(edge_id):
                self._link(edge_id)
            case MoveOrderedEdge(edge_id):
                self._move(edge_id)
            case RebalanceOrderedEdges() as rebalance:
                for edge_id, _index in rebalance.new_ordering:
                    self._move(edge_id)
            case ConfirmFieldMapping() as mapping:
                self._map(mapping)
            case MergeEntities():
                self._split(operation)
            case SplitEntity(source, new_entity):
                self._merge(source, new_entity)

    # Records and facets

    def _delete_record(self, entity: str) -> None:
        if not self._lives(entity) or self._past.record_lived(entity):
            return
        facets = [Subject("facet", entity, facet) for facet in self._storage.facets_of(entity)]
        subjects = [Subject("entity", entity), *facets]
        if not self._is_kept(*(Key("life", subject) for subject in subjects)):
            self.result.payloads.append(DeleteEntity(entity))

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
        raws = raw_fields(record.facts, written.facet, written.name, self._increment.classes)
        raws = sorted({*raws, written})
        if not self._is_kept(*(Key("field", raw) for raw in raws)):
            value = self._past.shown(written)
            self.result.payloads += [SetField(*raw, value) for raw in raws]

    def _set_property(self, written: Field) -> None:
        edge = self._storage.edges.get(written.entity)
        if edge is None or not edge.facts.alive or Subject("edge", written.entity) in self._begun:
            return
        if written.facet != edge_facet(edge.facts.ends.type) or self._is_done(written):
            return
        if not self._is_kept(Key("field", written)):
            self.result.payloads.append(SetField(*written, self._past.value(written)))

    def _write_text(self, written: Field) -> None:
        if self._is_new(written.entity) or self._is_new(written.entity, written.facet):
            return
        if self._is_done("text", written) or not self._may_write(written):
            return
        operations = self._storage.operations_on(Key("text", written))
        delta = take_back(operations, self._bundle.header.bundle_id, self._new_client_id())
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

    # Mappings and identity

    def _map(self, mapping: ConfirmFieldMapping) -> None:
        seen = self._past.operations_on(Key("mapping", mapping.pair))
        before = bool(seen) and isinstance(last := seen[-1].payload, ConfirmFieldMapping) and last.confirmed
        now = self._storage.mappings.get(mapping.pair)
        if now is None or now.last.value == before or self._is_done(mapping.pair):
            return
        if not self._is_kept(Key("mapping", mapping.pair)):
            (facet_a, field_a), (facet_b, field_b) = mapping.pair
            self.result.payloads.append(ConfirmFieldMapping(facet_a, field_a, facet_b, field_b, before))

    def _split(self, merge: Operation) -> None:
        absorbed = self._identity.joined_by(merge)
        if absorbed is not None and self._may_revive(root := self._identity.root(absorbed)):
            self.result.payloads.append(SplitEntity(root, absorbed, ()))

    def _merge(self, source: str, new_entity: str) -> None:
        root = self._identity.root(source)
        if self._identity.root(new_entity) != new_entity or root == new_entity:
            return
        if self._may_revive(root) and self._may_revive(new_entity):
            self.result.payloads.append(MergeEntities(root, new_entity))

    # What is so now

    def _lives(self, entity: str) -> bool:
        record = self._storage.records.get(self._identity.root(entity))
        return record is not None and record.alive

    def _may_revive(self, root: str) -> bool:
        """Whether an act at a record brings back nothing that somebody has deleted since."""
        return root in self._restored or self._lives(root)

    def _may_write(self, written: Field) -> bool:
        subject = Subject("facet", written.entity, written.facet)
        attached = self._is_attached(subject) or AttachFacet(*written[:2]) in self.result.payloads
        return attached and self._may_revive(self._identity.place(written.entity, written.facet))

    def _is_attached(self, subject: Subject) -> bool:
        life = self._storage.lives.get(subject)
        return life is not None and life.alive

    def _is_new(self, entity: str, facet: str | None = None) -> bool:
        """Whether this bundle itself began a record, or a facet at it: it goes as a whole."""
        if facet is not None:
            return Subject("facet", entity, facet) in self._begun
        return CreateEntity(entity) in self._created and Subject("entity", entity) in self._begun

    @property
    def _created(self) -> Iterable[Payload]:
        return [each.payload for each in self._bundle.operations if isinstance(each.payload, CreateEntity)]

    def _is_done(self, *what: object) -> bool:
        done = what in self._done
        self._done.add(what)
        return done

    def _is_kept(self, *keys: Key, of: Callable[[Operation], Iterable[Subject]] | None = None) -> bool:
        """Whether somebody else has changed something since, which is noted then; `of` looks at one effect only."""
        for key in keys:
            for operation in self._storage.operations_on(key):
                if self._is_of_somebody_else(operation) and (of is None or key.of in set(of(operation))):
                    self.result.kept.append(Kept(key.kind, key.of, operation.actor_id))
                    return True
        return False

    def _is_of_somebody_else(self, operation: Operation) -> bool:
        if operation.actor_id == self._actor or operation.bundle_id == self._bundle.header.bundle_id:
            return False
        return not self._bundle.operations[0].had_seen(operation)
