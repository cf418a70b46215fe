"""Merges and splits that are taken back: what was one record is one again, and what was several is several."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from stages.registers.fold.effects import Key, Subject, acts, is_identity
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import MergeEntities, SplitEntity
from stages.registers.fold.regrouping import Regrouping
from stages.registers.fold.since import Since


def _record(entity: str) -> Subject:
    return Subject("entity", entity)


def _identity_acts(operation: Operation) -> Iterable[Subject]:
    return acts(operation) if is_identity(operation) else ()


class IdentityBack(Since):
    """Takes merges and splits of a bundle back."""

    def take_identity(self, operation: Operation) -> None:
        match operation.payload:
            case MergeEntities(survivor, absorbed) if not self._regroup(survivor, absorbed):
                self._split(operation)
            case SplitEntity(source, new_entity) if not self._regroup(source, new_entity):
                self._merge(source, new_entity)

    def _regroup(self, one: str, other: str) -> bool:
        """Bring all entities that a merge or a split was about back to their records.

        False where somebody else has joined or split one of them since, or one of their records does not live any more.
        """
        way = self._regrouping
        entities = way.around((one, other))
        lives = [each for entity in entities for each in self._storage.operations_on(Key("life", _record(entity)))]
        if any(is_identity(each) and self._is_of_somebody_else(each) for each in lives):
            return False
        if not all(self._may_revive(self._identity.root(each)) for each in (one, other)):
            return False
        hosts = {entity: one for entity in entities if not self._was_there(entity)}
        self.result.payloads += way.restore(entities, hosts)
        return True

    @cached_property
    def _regrouping(self) -> Regrouping:
        storage = self._storage
        return Regrouping(self._identity, self._past.identity, storage.clock(), storage.facets_of)

    def _was_there(self, entity: str) -> bool:
        facets = (Subject("facet", entity, facet) for facet in self._storage.facets_of(entity))
        return any(map(self._past.knew, (_record(entity), *facets)))

    def _split(self, merge: Operation) -> None:
        absorbed = self._identity.joined_by(merge)
        if absorbed is None or absorbed not in self._identity.parent:
            return
        root = self._identity.root(absorbed)
        if not self._may_revive(root) or self._is_kept(Key("life", Subject("entity", absorbed)), of=_identity_acts):
            return
        self.result.payloads.append(SplitEntity(root, absorbed, self._facets_that_came(root, absorbed)))

    def _facets_that_came(self, root: str, absorbed: str) -> tuple[str, ...]:
        """The facets of an entity that do not go with it of themselves, where all that is now at the record was its."""
        had = self._past.placed(absorbed)
        members = self._identity.members(absorbed)
        here = self._identity.placed(root, self._storage.facets_of)
        left = {
            each[1]
            for each in had & here
            if self._identity.moved.get(each, each[0]) not in members and each[0] not in members
        }
        return tuple(sorted(facet for facet in left if {each for each in here if each[1] == facet} <= had))

    def _merge(self, source: str, new_entity: str) -> None:
        root = self._identity.root(source)
        if self._identity.root(new_entity) != new_entity or root == new_entity:
            return
        if self._may_revive(root) and self._may_revive(new_entity):
            self.result.payloads.append(MergeEntities(root, new_entity))
