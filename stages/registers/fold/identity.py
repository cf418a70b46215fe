"""Which entities are one record, and where the facets that were split off are shown (rule 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from stages.registers.fold.effects import is_identity
from stages.registers.fold.operations import Operation, Order
from stages.registers.fold.payloads import MergeEntities, SplitEntity


class Identity:
    """Merges and splits, replayed in canonical order over parent pointers.

    `parent` maps an absorbed entity to the one that it was merged into; `moved` maps a facet, as `(entity, facet)`, to
    the entity that it was split off to, and `clashes` an entity to the joins and splits of it that had not seen each
    other. Raw fields never move: merge and split take each other back.
    """

    def __init__(self, operations: Iterable[Operation] = ()) -> None:
        self.parent: dict[str, str] = {}
        self.moved: dict[tuple[str, str], str] = {}
        self.last: Order | None = None
        self._absorbed: dict[str, set[str]] = {}
        self._merged: dict[Order, str] = {}
        self._joined: dict[str, Operation] = {}
        self._cut: dict[str, Operation] = {}
        # Of an absorbed entity: its facets that had been split off before, and so did not come with it.
        self._away: dict[str, frozenset[tuple[str, str]]] = {}
        self.clashes: dict[str, list[tuple[Operation, Operation]]] = {}
        for operation in sorted(filter(is_identity, operations), key=lambda each: each.order):
            self.apply(operation)

    def copy(self) -> Identity:
        """One that can go on by itself."""
        other = Identity()
        for name, value in vars(self).items():
            setattr(other, name, value.copy() if isinstance(value, dict) else value)
        vars(other)["_absorbed"] = {entity: set(members) for entity, members in self._absorbed.items()}
        return other

    def apply(self, operation: Operation) -> None:
        """Take a merge or a split that is later than all before."""
        self.last = operation.order
        match operation.payload:
            case MergeEntities(survivor, absorbed):
                self._merge(operation, survivor, absorbed)
            case SplitEntity() as split:
                self._split(operation, split)

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
        return {entity for entity in entities if self.clashes.get(entity)}

    def joined_by(self, merge: Operation) -> str | None:
        """The entity that a merge joined to another one; None if it joined nothing."""
        return self._merged.get(merge.order)

    def placed(self, root: str, facets_of: Callable[[str], Iterable[str]]) -> set[tuple[str, str]]:
        """The facets that are shown at a record, of all that `facets_of` answers for an entity."""
        here = {(entity, facet) for entity in self.members(root) for facet in facets_of(entity)}
        moved = {each for each in self.moved_to(root) if each[1] in facets_of(each[0])}
        return {each for each in here if self.place(*each) == root} | moved

    def difference(self, other: Identity) -> tuple[set[str], set[tuple[str, str]]]:
        """Entities with another root or another clash there, and facets with another place."""
        known = self.parent.keys() | other.parent.keys()
        entities = {entity for entity in known if self.root(entity) != other.root(entity)}
        clashing = self.clashes.keys() | other.clashes.keys()
        entities |= {each for each in clashing if self.clashes.get(each) != other.clashes.get(each)}
        facets = {each for each in self.moved.keys() | other.moved.keys() if self.place(*each) != other.place(*each)}
        return entities, facets

    def _merge(self, operation: Operation, survivor: str, absorbed: str) -> None:
        root, other = self.root(survivor), self.root(absorbed)
        self._settle(absorbed, operation)
        self._settle(other, operation)
        if root == other:
            return
        self._away[other] = frozenset(self._split_off(other, shown_elsewhere_than=other))
        self.parent[other] = root
        self._absorbed.setdefault(root, set()).add(other)
        self._joined[other] = operation
        self._merged[operation.order] = other
        self._note_clash(other, self._cut.get(other), operation)

    def _split(self, operation: Operation, split: SplitEntity) -> None:
        root, new_entity = self.root(split.source), split.new_entity
        self._settle(new_entity, operation)
        if new_entity == root:
            return
        if new_entity in self.parent and self.root(new_entity) == root:
            self._cut_loose(new_entity, root)
            self._cut[new_entity] = operation
            self._note_clash(new_entity, self._joined.pop(new_entity, None), operation)
        members = self.members(root)
        for facet in split.facets:
            listed = {(entity, facet) for entity in members} | {each for each in self.moved if each[1] == facet}
            for each in listed:
                if self.place(*each) == root and (not split.entities or each[0] in split.entities):
                    self.moved[each] = new_entity

    def _cut_loose(self, entity: str, root: str) -> None:
        """What came with an entity goes with it, also a facet that was split off and merged back in the meantime."""
        self._absorbed[self.parent.pop(entity)].discard(entity)
        back = self._split_off(entity, shown_at=root) - self._away.pop(entity, frozenset())
        for each in back:
            del self.moved[each]

    def _split_off(
        self, root: str, *, shown_at: str | None = None, shown_elsewhere_than: str | None = None
    ) -> set[tuple[str, str]]:
        """The facets of a record's entities that were split off, and where they are shown."""
        members = self.members(root)
        places = {each: self.place(*each) for each in self.moved if each[0] in members}
        return {
            each
            for each, place in places.items()
            if (shown_at is None or place == shown_at) and place != shown_elsewhere_than
        }

    def _settle(self, entity: str, operation: Operation) -> None:
        """Whoever has seen both sides of a clash has decided it."""
        if pairs := self.clashes.get(entity):
            left = [pair for pair in pairs if not all(operation.had_seen(each) for each in pair)]
            self.clashes[entity] = left

    def _note_clash(self, entity: str, earlier: Operation | None, operation: Operation) -> None:
        if earlier is not None and not operation.had_seen(earlier):
            self.clashes[entity] = [*self.clashes.get(entity, ()), (earlier, operation)]
