"""Which entities are one record, and where the facets that were split off are shown (rule 2)."""

from __future__ import annotations

from collections.abc import Iterable

from stages.registers.fold.effects import is_identity
from stages.registers.fold.operations import Operation, Order
from stages.registers.fold.payloads import MergeEntities, SplitEntity


class Identity:
    """Merges and splits, replayed in canonical order over parent pointers.

    `parent` maps an absorbed entity to the one that it was merged into; `moved` maps a facet, as `(entity, facet)`, to
    the entity that it was split off to. Raw fields never move: merge and split take each other back.
    """

    def __init__(self, operations: Iterable[Operation] = ()) -> None:
        self.parent: dict[str, str] = {}
        self.moved: dict[tuple[str, str], str] = {}
        self.last: Order | None = None
        self._absorbed: dict[str, set[str]] = {}
        self._joined: dict[str, Operation] = {}
        self._cut: dict[str, Operation] = {}
        # Pairs of a join and a split of one entity that had not seen each other.
        self._clashes: dict[str, list[tuple[Operation, Operation]]] = {}
        for operation in sorted(filter(is_identity, operations), key=lambda each: each.order):
            self.apply(operation)

    def copy(self) -> Identity:
        other = Identity()
        other.parent, other.moved, other.last = dict(self.parent), dict(self.moved), self.last
        other._absorbed = {entity: set(members) for entity, members in self._absorbed.items()}
        other._joined, other._cut = dict(self._joined), dict(self._cut)
        other._clashes = dict(self._clashes)
        return other

    def apply(self, operation: Operation) -> None:
        """Take a merge or a split that is later than all before."""
        self.last = operation.order
        match operation.payload:
            case MergeEntities(survivor, absorbed):
                self._merge(operation, survivor, absorbed)
            case SplitEntity(source, new_entity, facets):
                self._split(operation, source, new_entity, facets)

    def root(self, entity: str) -> str:
        """The entity as which an entity is shown."""
        while entity in self.parent:
            entity = self.parent[entity]
        return entity

    def place(self, entity: str, facet: str) -> str:
        """The record at which a facet is shown."""
        return self.root(self.moved.get((entity, facet), entity))

    def members(self, root: str) -> set[str]:
        """All entities that are shown as this one, itself included."""
        found, pending = {root}, [root]
        while pending:
            below = self._absorbed.get(pending.pop(), ())
            found.update(below)
            pending.extend(below)
        return found

    def moved_to(self, root: str) -> list[tuple[str, str]]:
        """The facets, as `(entity, facet)`, that were split off and are shown at this record."""
        return [each for each, target in self.moved.items() if self.root(target) == root]

    def clashing(self, entities: Iterable[str]) -> set[str]:
        """Those entities that somebody joined and somebody else split, neither having seen the other."""
        return {entity for entity in entities if self._clashes.get(entity)}

    def joined_by(self, operation: Operation) -> str | None:
        """The entity that this merge joined to another one, if it still is."""
        return next((entity for entity, join in self._joined.items() if join.order == operation.order), None)

    def difference(self, other: Identity) -> tuple[set[str], set[tuple[str, str]]]:
        """Entities with another root or another clash there, and facets with another place."""
        known = self.parent.keys() | other.parent.keys()
        entities = {entity for entity in known if self.root(entity) != other.root(entity)}
        clashing = self._clashes.keys() | other._clashes.keys()
        entities |= {each for each in clashing if self._clashes.get(each) != other._clashes.get(each)}
        facets = {each for each in self.moved.keys() | other.moved.keys() if self.place(*each) != other.place(*each)}
        return entities, facets

    def _merge(self, operation: Operation, survivor: str, absorbed: str) -> None:
        root, other = self.root(survivor), self.root(absorbed)
        self._settle(absorbed, operation)
        self._settle(other, operation)
        if root == other:
            return
        self.parent[other] = root
        self._absorbed.setdefault(root, set()).add(other)
        self._joined[other] = operation
        self._note_clash(other, self._cut.get(other), operation)

    def _split(self, operation: Operation, source: str, new_entity: str, facets: Iterable[str]) -> None:
        root = self.root(source)
        self._settle(new_entity, operation)
        if new_entity == root:
            return
        if new_entity in self.parent and self.root(new_entity) == root:
            self._absorbed[self.parent.pop(new_entity)].discard(new_entity)
            self._cut[new_entity] = operation
            self._note_clash(new_entity, self._joined.pop(new_entity, None), operation)
        members = self.members(root)
        for facet in facets:
            listed = {(entity, facet) for entity in members} | {each for each in self.moved if each[1] == facet}
            for each in listed:
                if self.place(*each) == root:
                    self.moved[each] = new_entity

    def _settle(self, entity: str, operation: Operation) -> None:
        """Whoever has seen both sides of a clash has decided it."""
        if pairs := self._clashes.get(entity):
            left = [pair for pair in pairs if not all(operation.had_seen(each) for each in pair)]
            self._clashes[entity] = left

    def _note_clash(self, entity: str, earlier: Operation | None, operation: Operation) -> None:
        if earlier is not None and not operation.had_seen(earlier):
            self._clashes[entity] = [*self._clashes.get(entity, ()), (earlier, operation)]
