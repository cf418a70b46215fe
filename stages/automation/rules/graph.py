"""The order of rules, and cycles among them: X comes before Y where X writes what Y watches."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from stages.automation.rules.language import NamedRule
from stages.automation.rules.reading import Classes
from stages.automation.rules.watching import Key, watched_keys, written_keys

# For each rule the rules that come before it, each with what it writes that this one watches.
Arrows = Mapping[NamedRule, Mapping[NamedRule, frozenset[Key]]]


@dataclass(frozen=True, slots=True)
class Cycle:
    """Rules that set each other off: `rules` ends with the one that it begins with.

    `keys` has for each arrow what the rule writes that the next one watches.
    """

    rules: tuple[NamedRule, ...]
    keys: tuple[tuple[Key, ...], ...]

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.rules]


class CycleFound(ValueError):
    """Rules have no order."""

    def __init__(self, cycle: Cycle) -> None:
        self.cycle = cycle
        super().__init__(" → ".join(cycle.names))


def arrows(rules: Iterable[NamedRule], classes: Classes) -> Arrows:
    """Which rule comes before which, in an order that depends on their names only."""
    listed = sorted(rules)
    writers: dict[Key, list[NamedRule]] = {}
    for each in listed:
        for key in sorted(written_keys(each.rule, classes)):
            writers.setdefault(key, []).append(each)
    found: dict[NamedRule, dict[NamedRule, frozenset[Key]]] = {}
    for each in listed:
        before: dict[NamedRule, set[Key]] = {}
        for key in sorted(watched_keys(each.rule, classes)):
            for writer in writers.get(key, ()):
                before.setdefault(writer, set()).add(key)
        found[each] = {writer: frozenset(before[writer]) for writer in sorted(before)}
    return found


def in_order(rules: Iterable[NamedRule], classes: Classes) -> tuple[NamedRule, ...]:
    """Rules, each behind those that write what it watches, otherwise by name. Raises `CycleFound`."""
    before = arrows(rules, classes)
    sorter = TopologicalSorter(before)
    try:
        sorter.prepare()
    except CycleError as error:
        raise CycleFound(_cycle(error.args[1], before)) from None
    ready: list[NamedRule] = []
    found = []
    while sorter.is_active():
        for each in sorter.get_ready():
            heapq.heappush(ready, each)
        found.append(heapq.heappop(ready))
        sorter.done(found[-1])
    return tuple(found)


def find_cycle(rules: Iterable[NamedRule], classes: Classes) -> Cycle | None:
    """A cycle in the direction of the arrows, which begins with the rule that is first by name; None without one."""
    try:
        in_order(rules, classes)
    except CycleFound as found:
        return found.cycle
    return None


def _cycle(path: Sequence[NamedRule], before: Arrows) -> Cycle:
    """The cycle that `graphlib` names, in the direction of the arrows, from the rule on that is first by name."""
    ring = list(path[:-1])
    first = ring.index(min(ring))
    rules = (*ring[first:], *ring[: first + 1])
    steps = itertools.pairwise(rules)
    return Cycle(rules, tuple(tuple(sorted(before[later][earlier])) for earlier, later in steps))
