"""The state as it is defined: from a set of operations, at once, in whatever order they are given.

This module is written to be read, and is what every faster way is compared with. "b had seen a" (`Operation.had_seen`)
is all that it knows of time, besides the canonical order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stages.registers.fold.clocks import Clock, covers
from stages.registers.fold.documents import replay_text
from stages.registers.fold.effects import (
    Field,
    Pair,
    Subject,
    Write,
    acts,
    deltas,
    edge_facet,
    field_writes,
    index_writes,
    make_write,
    mapping_writes,
    removals,
)
from stages.registers.fold.facts import EdgeFacts, Ends, FacetLife, MappingFacts, RecordFacts, Tips
from stages.registers.fold.identity import Identity
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import CreateEdge, CreateOrderedEdge
from stages.registers.fold.views import Edge, Record, State, mapping_classes, show_edge, show_record

Written = Sequence[tuple[Operation, Any]]


def replay(operations: Iterable[Operation]) -> State:
    """What operations add up to."""
    return Definition(operations).state()


def state_at(operations: Iterable[Operation], clock: Clock) -> State:
    """What those operations add up to that a clock covers: the registers as somebody with this clock saw them."""
    return replay(each for each in operations if covers(clock, each.site, each.hlc))


def is_seen(operation: Operation, by: Iterable[Operation]) -> bool:
    """Whether one of these operations had seen this one."""
    return any(each.had_seen(operation) for each in by)


def tips_of(written: Written) -> Tips:
    """Rule 1: the writes to a field that no other write to it had seen."""
    operations = [operation for operation, _value in written]
    return tuple(make_write(operation, value) for operation, value in written if not is_seen(operation, operations))


def is_uncovered(acting: Iterable[Operation], removing: Sequence[Operation]) -> bool:
    """Rule 4: whether something was done that no removal had seen."""
    return any(not is_seen(act, removing) for act in acting)


class Definition:
    """The rules, on operations sorted into what they touch."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations = sorted(operations, key=lambda each: each.order)
        self.written: dict[Field, list[tuple[Operation, Any]]] = defaultdict(list)
        self.deltas: dict[Field, list[bytes]] = defaultdict(list)
        self.indexes: dict[str, Write] = {}
        self.mappings: dict[Pair, MappingFacts] = {}
        self.ends: dict[str, Ends] = {}
        self.acts: dict[Subject, list[Operation]] = defaultdict(list)
        self.removals: dict[Subject, list[Operation]] = defaultdict(list)
        for operation in self.operations:
            self._sort(operation)
        self.identity = Identity(self.operations)
        self.subjects = self.acts.keys() | self.removals.keys()

    def _sort(self, operation: Operation) -> None:
        for field, value in field_writes(operation):
            self.written[field].append((operation, value))
        for field, delta in deltas(operation):
            self.deltas[field].append(delta)
        for edge, index in index_writes(operation):
            # Rule 5: the last move wins.
            self.indexes[edge] = make_write(operation, index)
        for pair, confirmed in mapping_writes(operation):
            # Rule 3: a pair is mapped while its last confirmation says so.
            self.mappings[pair] = MappingFacts(pair, make_write(operation, confirmed))
        for subject in acts(operation):
            self.acts[subject].append(operation)
        for subject in removals(operation):
            self.removals[subject].append(operation)
        payload = operation.payload
        if isinstance(payload, CreateEdge | CreateOrderedEdge):
            # Rule 4: the ends are those of the canonically first creation.
            ordered = isinstance(payload, CreateOrderedEdge)
            ends = Ends(operation.order, payload.edge_type, payload.source, payload.target, ordered)
            self.ends.setdefault(payload.edge_id, ends)

    def state(self) -> State:
        classes = mapping_classes(self.mappings)
        entities = {subject.id for subject in self.subjects if subject.kind != "edge"}
        members: dict[str, set[str]] = defaultdict(set)
        for entity in entities:
            members[self.identity.root(entity)].add(entity)
        placed: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for subject in self.subjects:
            if subject.kind == "facet":
                placed[self.identity.place(subject.id, subject.facet)].add((subject.id, subject.facet))
        fields: dict[tuple[str, str], list[Field]] = defaultdict(list)
        for field in self.written.keys() | self.deltas.keys():
            fields[field[:2]].append(field)
        records: dict[str, Record] = {
            root: show_record(self._record(root, members[root], placed[root], fields), classes) for root in members
        }
        edges: dict[str, Edge] = {edge: show_edge(self._edge(edge, records, fields)) for edge in self.ends}
        return State(records, edges, self.mappings)

    def _record(
        self,
        root: str,
        members: set[str],
        facets: set[tuple[str, str]],
        fields: Mapping[tuple[str, str], list[Field]],
    ) -> RecordFacts:
        """Rules 3 and 4: what is placed at a record, and whether it lives."""
        edits = [act for facet in facets for act in self.acts[Subject("facet", *facet)]]
        deletions = [each for member in members for each in self.removals[Subject("entity", member)]]
        alive = is_uncovered(edits, deletions) or any(
            is_uncovered(self.acts[subject], self.removals[subject])
            for subject in (Subject("entity", member) for member in members)
        )
        unseen = {
            subject.id
            for subject in (Subject("entity", member) for member in members)
            if is_uncovered(self.removals[subject], [*self.acts[subject], *edits])
        }
        here = [field for facet in facets for field in fields[facet]]
        return RecordFacts(
            id=root,
            members=tuple(sorted(members)),
            alive=alive,
            unseen=frozenset(unseen),
            clashing=frozenset(self.identity.clashing(members)),
            facets={facet: self._facet(Subject("facet", *facet)) for facet in facets},
            tips={field: tips_of(self.written[field]) for field in here if field in self.written},
            texts={field: replay_text(self.deltas[field]).text for field in here if field in self.deltas},
        )

    def _facet(self, subject: Subject) -> FacetLife:
        attached = is_uncovered(self.acts[subject], self.removals[subject])
        return FacetLife(attached, attached and is_uncovered(self.removals[subject], self.acts[subject]))

    def _edge(
        self, edge: str, records: Mapping[str, Record], fields: Mapping[tuple[str, str], list[Field]]
    ) -> EdgeFacts:
        ends, subject = self.ends[edge], Subject("edge", edge)
        source, target = self.identity.root(ends.source), self.identity.root(ends.target)
        alive = is_uncovered(self.acts[subject], self.removals[subject])
        properties = fields[edge, edge_facet(ends.type)]
        return EdgeFacts(
            id=edge,
            ends=ends,
            source=source,
            target=target,
            alive=alive,
            contested=alive and is_uncovered(self.removals[subject], self.acts[subject]),
            ends_alive=records[source].alive and records[target].alive,
            index=self.indexes.get(edge),
            tips={field.name: tips_of(self.written[field]) for field in properties},
        )
