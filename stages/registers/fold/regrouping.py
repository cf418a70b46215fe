"""Merges and splits that give back which entities were one record, and where their facets were shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from stages.registers.fold.clocks import Clock
from stages.registers.fold.identity import Identity
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import MergeEntities, Payload, SplitEntity


class Regrouping:
    """The way from the records of now to those of a past. `clock` is what has been seen of all sites.

    `identity` is how it is after all payloads that were answered.
    """

    def __init__(self, now: Identity, past: Identity, clock: Clock, facets_of: Callable[[str], Iterable[str]]) -> None:
        self._payloads: list[Payload] = []
        self.identity = now.copy()
        self._past = past
        self._clock = clock
        self._facets_of = facets_of

    def around(self, entities: Iterable[str]) -> set[str]:
        """The entities that are, or were, in one record with one of these, or with one of those again."""
        found = set(entities)
        for _step in range(2):
            found |= {
                member for each in found for by in (self._past, self.identity) for member in by.members(by.root(each))
            }
        return found

    def restore(self, entities: Iterable[str], hosts: Mapping[str, str]) -> list[Payload]:
        """What brings entities back to their records. `hosts` says into which those go that were nothing then."""
        done = len(self._payloads)
        self._restore_records(entities, hosts)
        return self._payloads[done:]

    def _restore_records(self, entities: Iterable[str], hosts: Mapping[str, str]) -> None:
        known = sorted({*entities} - hosts.keys(), key=lambda each: (self._depth(each), each))
        for entity in known:
            # What is below goes with it, and comes later here.
            if entity in self.identity.parent and self._is_elsewhere(entity):
                self._do(SplitEntity(self.identity.root(entity), entity, ()))
        for entity, host in hosts.items():
            if self.identity.root(entity) == entity != self.identity.root(host):
                self._do(MergeEntities(self.identity.root(host), entity))
        for entity in known:
            if self._is_elsewhere(entity) and self.identity.root(entity) == entity:
                self._do(MergeEntities(self._past.root(entity), entity))
        self._restore_places(known)

    def _restore_places(self, entities: Iterable[str]) -> None:
        """Facets that were shown elsewhere go there: those of one table and one record together."""
        ways: dict[tuple[str, str, str], set[str]] = {}
        places = {self.identity.place(entity, facet) for entity in entities for facet in self._facets_of(entity)}
        for here in places | {self.identity.root(entity) for entity in entities}:
            for entity, facet in self.identity.placed(here, self._facets_of):
                if (target := self._past.place(entity, facet)) != here:
                    ways.setdefault((here, target, facet), set()).add(entity)
        for (here, target, facet), found in sorted(ways.items()):
            if self.identity.root(target) == target:
                self._do(SplitEntity(here, target, (facet,), tuple(sorted(found))))

    def _is_elsewhere(self, entity: str) -> bool:
        return self.identity.root(entity) != self._past.root(entity)

    def _depth(self, entity: str) -> int:
        depth = 0
        while entity in self.identity.parent:
            entity, depth = self.identity.parent[entity], depth + 1
        return depth

    def _do(self, payload: Payload) -> None:
        self._payloads.append(payload)
        # As if by somebody who has seen everything.
        hlc = f"{'f' * 8}{len(self._payloads):016x}"
        self.identity.apply(Operation(hlc, hlc, "", "", "", payload, self._clock))
