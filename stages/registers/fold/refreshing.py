"""What a bundle has touched is shown anew: records, then the edges between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from stages.registers.fold.effects import Key, Subject, edge_facet
from stages.registers.fold.facts import Classes, EdgeFacts, FacetLife, RecordFacts
from stages.registers.fold.identity import Identity
from stages.registers.fold.lives import NO_LIFE, Life, record_life
from stages.registers.fold.storage import Derived
from stages.registers.fold.views import Conflict, show_edge, show_record


@dataclass(slots=True)
class Changes:
    """What a bundle changed: records and edges by id, and the conflicts that it opened and resolved.

    `late` counts the writes that were not the last ones on their key.
    """

    records: set[str] = field(default_factory=set)
    edges: set[str] = field(default_factory=set)
    opened: set[Conflict] = field(default_factory=set)
    resolved: set[Conflict] = field(default_factory=set)
    late: int = 0


@dataclass(slots=True)
class Touched:
    """What has to be looked at again: records by a facet or an entity of theirs, edges.

    `recomputed` are the fields and texts that were computed from the log, with all that this bundle wrote to them.
    """

    entities: set[str] = field(default_factory=set)
    facets: set[tuple[str, str]] = field(default_factory=set)
    edges: set[str] = field(default_factory=set)
    records: set[str] = field(default_factory=set)
    recomputed: set[Key] = field(default_factory=set)
    late: int = 0


@dataclass(frozen=True, slots=True)
class Refresh:
    """The state as it is shown, on tables that are up to date."""

    storage: Derived
    identity: Identity
    classes: Classes

    def run(self, touched: Touched) -> Changes:
        """Look at everything that was touched, records before the edges between them."""
        changes = Changes(late=touched.late)
        roots = touched.records | {self.identity.root(entity) for entity in touched.entities}
        roots |= {self.identity.place(*facet) for facet in touched.facets}
        for root in roots:
            if self._show_record(root, changes):
                members = self.identity.members(root)
                touched.edges |= {edge for member in members for edge in self.storage.edges_at(member)}
        for edge in touched.edges:
            self._show_edge(edge, changes)
        return changes

    def _show_record(self, root: str, changes: Changes) -> bool:
        """Compute a record again; answer whether it lives now and did not before, or the reverse."""
        before = self.storage.records.get(root)
        if self.identity.root(root) != root:
            self.storage.records.remove(root)
            _note(changes, before.conflicts if before else (), ())
            return False
        record = show_record(self._record_facts(root), self.classes)
        if before == record:
            return False
        self.storage.records.set(root, record)
        changes.records.add(root)
        _note(changes, before.conflicts if before else (), record.conflicts)
        return record.alive != (before is not None and before.alive)

    def _record_facts(self, root: str) -> RecordFacts:
        identity, storage = self.identity, self.storage
        members = sorted(identity.members(root))
        facets = identity.placed(root, storage.facets_of)
        lives = {facet: self._life(Subject("facet", *facet)) for facet in facets}
        alive, unseen = record_life(
            {member: self._life(Subject("entity", member)) for member in members}, lives.values()
        )
        fields = [written for facet in facets for written in storage.fields_of(*facet)]
        tips = {written: storage.fields.get(written) for written in fields}
        documents = {written: storage.documents.get(written) for written in fields}
        return RecordFacts(
            id=root,
            members=tuple(members),
            alive=alive,
            unseen=unseen,
            clashing=frozenset(identity.clashing(members)),
            facets={facet: FacetLife(life.alive, life.contested) for facet, life in lives.items()},
            tips={written: each for written, each in tips.items() if each is not None},
            texts={written: each.text for written, each in documents.items() if each is not None},
        )

    def _show_edge(self, edge: str, changes: Changes) -> None:
        facts = self._edge_facts(edge)
        if facts is None:
            return
        before, after = self.storage.edges.get(edge), show_edge(facts)
        if before != after:
            self.storage.edges.set(edge, after)
            changes.edges.add(edge)
            _note(changes, before.conflicts if before else (), after.conflicts)

    def _edge_facts(self, edge: str) -> EdgeFacts | None:
        """What is known of an edge; None where nobody has created it yet."""
        storage, life = self.storage, self._life(Subject("edge", edge))
        ends = storage.ends.get(edge)
        if ends is None:
            return None
        source, target = self.identity.root(ends.source), self.identity.root(ends.target)
        tips = {each.name: storage.fields.get(each) for each in storage.fields_of(edge, edge_facet(ends.type))}
        return EdgeFacts(
            id=edge,
            ends=ends,
            source=source,
            target=target,
            alive=life.alive,
            contested=life.contested,
            ends_alive=self._is_alive(source) and self._is_alive(target),
            index=storage.indexes.get(edge),
            tips={name: each for name, each in tips.items() if each is not None},
        )

    def _is_alive(self, root: str) -> bool:
        record = self.storage.records.get(root)
        return record is not None and record.alive

    def _life(self, subject: Subject) -> Life:
        return self.storage.lives.get(subject) or NO_LIFE


def _note(changes: Changes, before: Iterable[Conflict], after: Iterable[Conflict]) -> None:
    """Note conflicts that were opened and resolved; one that went from one record to another is neither."""
    resolved = changes.resolved | (set(before) - set(after))
    opened = changes.opened | (set(after) - set(before))
    changes.resolved, changes.opened = resolved - opened, opened - resolved
