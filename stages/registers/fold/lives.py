"""Whether things live (rule 4), kept so that operations may arrive in any order.

What was done to a thing, and what removed it, are each kept as the newest HLC of a site, and as the join of all that
these operations had seen. The join is needed: the last clock alone may leave out what an earlier one had seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from stages.registers.fold.clocks import Clock, advance, covers, join
from stages.registers.fold.operations import Operation


@dataclass(frozen=True, slots=True)
class Seen:
    """Operations of one kind on one thing: the newest of each site, and everything that any of them had seen."""

    newest: Mapping[str, str] = field(default_factory=dict)
    clock: Clock = field(default_factory=dict)

    def with_operation(self, operation: Operation) -> Seen:
        newest, clock = dict(self.newest), dict(self.clock)
        advance(newest, operation.site, operation.hlc)
        join(clock, operation.clock)
        advance(clock, operation.site, operation.hlc)
        return Seen(newest, clock)

    def is_uncovered(self, clock: Clock) -> bool:
        """Whether one of these is not covered by a clock. If any of a site is not, its newest is not."""
        return any(not covers(clock, site, hlc) for site, hlc in self.newest.items())


@dataclass(frozen=True, slots=True)
class Life:
    """What keeps one thing alive, and what removed it."""

    acts: Seen = field(default_factory=Seen)
    removals: Seen = field(default_factory=Seen)

    @property
    def alive(self) -> bool:
        return self.acts.is_uncovered(self.removals.clock)

    @property
    def contested(self) -> bool:
        """Whether it lives although somebody removed it whom no act had seen."""
        return self.alive and self.removals.is_uncovered(self.acts.clock)

    def with_act(self, operation: Operation) -> Life:
        return Life(self.acts.with_operation(operation), self.removals)

    def with_removal(self, operation: Operation) -> Life:
        return Life(self.acts, self.removals.with_operation(operation))


NO_LIFE = Life()


def join_clocks(clocks: Iterable[Clock]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for each in clocks:
        join(joined, each)
    return joined


def record_life(members: Mapping[str, Life], edits: Iterable[Life]) -> tuple[bool, frozenset[str]]:
    """Whether a record lives, and its members that were deleted by somebody whom no act at the record had seen.

    `members` are the lives of its entities, `edits` those of the facets that are placed at it: an edit counts against
    the deletion of any member.
    """
    facets = list(edits)
    deleted = join_clocks(life.removals.clock for life in members.values())
    alive = any(life.alive for life in members.values()) or any(each.acts.is_uncovered(deleted) for each in facets)
    edited = join_clocks(each.acts.clock for each in facets)
    unseen = frozenset(
        member for member, life in members.items() if life.removals.is_uncovered(join_clocks([life.acts.clock, edited]))
    )
    return alive, unseen
