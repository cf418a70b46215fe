"""The state after each bundle, in whatever order bundles arrive: what the product runs.

After every bundle it is the one that `definition` defines. A bundle costs what it touches: a write that is later than
all on its key drops the values that it has seen, one that is late makes its key be computed again from the log.
"""

from __future__ import annotations

from collections.abc import Iterable

from stages.registers.fold.bundles import Bundle
from stages.registers.fold.clocks import join
from stages.registers.fold.documents import Replay, YrsFailed, replay_text
from stages.registers.fold.effects import (
    IDENTITY,
    Field,
    Key,
    Pair,
    Subject,
    Write,
    acts,
    deltas,
    field_writes,
    index_writes,
    is_identity,
    make_write,
    mapping_writes,
    removals,
)
from stages.registers.fold.facts import Ends, MappingFacts, Tips
from stages.registers.fold.hlc import ZERO
from stages.registers.fold.identity import Identity
from stages.registers.fold.lives import NO_LIFE, Life
from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import CreateEdge, CreateOrderedEdge
from stages.registers.fold.refreshing import Changes, Refresh, Touched
from stages.registers.fold.storage import Storage
from stages.registers.fold.stored_documents import StoredDocument
from stages.registers.fold.views import State, mapping_classes


class Increment:
    """Applies bundles to a storage, one after the other."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.identity = Identity(storage.operations_on(IDENTITY))
        self.classes = mapping_classes(dict(storage.mappings.items()))

    def add(self, bundle: Bundle) -> Changes:
        """Append a bundle and bring the state up to it. One that is known already changes nothing."""
        if not self.storage.append(bundle):
            return Changes()
        touched = Touched()
        for operation in bundle.operations:
            self._take_writes(operation, touched)
            self._take_lives(operation, touched)
            self._take_edge(operation, touched)
        joining = [operation for operation in bundle.operations if is_identity(operation)]
        if joining:
            self._take_identity(joining, touched)
        self._take_mappings(bundle.operations, touched)
        return Refresh(self.storage, self.identity, self.classes).run(touched)

    def state(self) -> State:
        """The whole state."""
        storage = self.storage
        return State(dict(storage.records.items()), dict(storage.edges.items()), dict(storage.mappings.items()))

    def fork(self) -> Increment:
        """One that goes on from here by itself, and is never written."""
        return type(self)(self.storage.fork())

    # Rules 1, 5 and 6: values, indexes, texts

    def _take_writes(self, operation: Operation, touched: Touched) -> None:
        for written, value in field_writes(operation):
            self._take_write(written, operation, make_write(operation, value), touched)
        for written, delta in deltas(operation):
            self._take_delta(written, operation, delta, touched)
        for edge, index in index_writes(operation):
            known = self.storage.indexes.get(edge)
            if known is None or operation.order > known.order:
                self.storage.indexes.set(edge, make_write(operation, index))
                touched.edges.add(edge)

    def _take_write(self, written: Field, operation: Operation, write: Write, touched: Touched) -> None:
        if Key("field", written) in touched.recomputed:
            return
        tips = self.storage.fields.get(written) or ()
        if not tips or write.order > tips[-1].order:
            # Nothing on this key is later, so nothing can have seen it (`bundles.check_follows`).
            tips = (*(tip for tip in tips if not _had_seen(operation, tip)), write)
        else:
            touched.late += 1
            touched.recomputed.add(Key("field", written))
            tips = self._late_tips(written)
        self.storage.fields.set(written, tips)
        self._touch_field(written, touched)

    def _late_tips(self, written: Field) -> Tips:
        """The tips by all writes: of each site the newest, unless the join of all clocks covers it.

        A comparison with the present tips would not do: a write that is none any more may have seen this one.
        """
        seen: dict[str, str] = {}
        newest: dict[str, Write] = {}
        for each in self.storage.operations_on(Key("field", written)):
            join(seen, each.clock)
            newest[each.site] = make_write(each, dict(field_writes(each))[written])
        tips = [write for write in newest.values() if write.hlc > seen.get(write.site, ZERO)]
        return tuple(sorted(tips, key=lambda tip: tip.order))

    def _take_delta(self, written: Field, operation: Operation, delta: bytes, touched: Touched) -> None:
        if Key("text", written) in touched.recomputed:
            return
        stored = self.storage.documents.get(written)
        if stored is None or operation.order > stored.last:
            replay = Replay() if stored is None else Replay.load(stored)
            try:
                replay.apply(delta)
                document = replay.store(operation.order)
            except YrsFailed:
                document = self._replay(written, touched)
        else:
            touched.late += 1
            document = self._replay(written, touched)
        self.storage.documents.set(written, document)
        self._touch_field(written, touched)

    def _replay(self, written: Field, touched: Touched) -> StoredDocument:
        key = Key("text", written)
        touched.recomputed.add(key)
        operations = self.storage.operations_on(key)
        replay = replay_text(delta for each in operations for _field, delta in deltas(each))
        return replay.store(operations[-1].order)

    def _touch_field(self, written: Field, touched: Touched) -> None:
        if written.facet.startswith(EDGE_PREFIX):
            touched.edges.add(written.entity)
        else:
            touched.facets.add((written.entity, written.facet))

    # Rule 4: lives and ends

    def _take_lives(self, operation: Operation, touched: Touched) -> None:
        for subject in acts(operation):
            self._set_life(subject, self._life(subject).with_act(operation), touched)
        for subject in removals(operation):
            self._set_life(subject, self._life(subject).with_removal(operation), touched)

    def _life(self, subject: Subject) -> Life:
        return self.storage.lives.get(subject) or NO_LIFE

    def _set_life(self, subject: Subject, life: Life, touched: Touched) -> None:
        self.storage.lives.set(subject, life)
        match subject.kind:
            case "entity":
                touched.entities.add(subject.id)
            case "facet":
                touched.entities.add(subject.id)
                touched.facets.add((subject.id, subject.facet))
            case _:
                touched.edges.add(subject.id)

    def _take_edge(self, operation: Operation, touched: Touched) -> None:
        payload = operation.payload
        if not isinstance(payload, CreateEdge | CreateOrderedEdge):
            return
        known = self.storage.ends.get(payload.edge_id)
        if known is None or operation.order < known.order:
            ordered = isinstance(payload, CreateOrderedEdge)
            ends = Ends(operation.order, payload.edge_type, payload.source, payload.target, ordered)
            self.storage.ends.set(payload.edge_id, ends)
            touched.edges.add(payload.edge_id)

    # Rules 2 and 3: identity and mappings

    def _take_identity(self, operations: Iterable[Operation], touched: Touched) -> None:
        """Merges and splits in canonical order: a late one makes all of them be replayed."""
        before = self.identity
        after = before.copy()
        for operation in operations:
            if after.last is not None and operation.order < after.last:
                touched.late += 1
                after = Identity(self.storage.operations_on(IDENTITY))
                break
            after.apply(operation)
        self.identity = after
        entities, facets = before.difference(after)
        for identity in (before, after):
            touched.records |= {identity.root(entity) for entity in entities}
            touched.records |= {identity.place(*facet) for facet in facets}
        touched.edges |= {edge for entity in entities for edge in self.storage.edges_at(entity)}

    def _take_mappings(self, operations: Iterable[Operation], touched: Touched) -> None:
        changed: set[Pair] = set()
        for operation in operations:
            for pair, confirmed in mapping_writes(operation):
                known = self.storage.mappings.get(pair)
                if known is None or operation.order > known.last.order:
                    self.storage.mappings.set(pair, MappingFacts(pair, make_write(operation, confirmed)))
                    changed.add(pair)
        if not changed:
            return
        before = self.classes
        self.classes = after = mapping_classes(dict(self.storage.mappings.items()))
        for facet, name in before.keys() | after.keys():
            if before.get((facet, name)) != after.get((facet, name)):
                touched.facets |= {(entity, facet) for entity in self.storage.entities_with(facet)}


def _had_seen(operation: Operation, write: Write) -> bool:
    if write.site == operation.site:
        return write.hlc < operation.hlc
    return write.hlc <= operation.clock.get(write.site, ZERO)
