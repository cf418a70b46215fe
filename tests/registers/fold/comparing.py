"""That two states are one, said so that a failure can be read."""

from __future__ import annotations

import random
from collections.abc import Iterable

from stages.registers.fold.bundles import Bundle
from stages.registers.fold.definition import replay
from stages.registers.fold.increment import Increment
from stages.registers.fold.storage import MemoryStorage
from stages.registers.fold.views import State
from tests.registers.fold.network import Network


class DifferentStates(AssertionError):
    """Increment and definition, or two sites, disagree."""


def defined(bundles: Iterable[Bundle]) -> State:
    return replay(operation for bundle in bundles for operation in bundle.operations)


def assert_same(found: State, expected: State, where: str) -> None:
    """Records, edges and mappings, conflicts and hash."""
    for name in ("records", "edges", "mappings"):
        ours, theirs = getattr(found, name), getattr(expected, name)
        for key in sorted({*ours, *theirs}, key=str):
            if ours.get(key) != theirs.get(key):
                raise DifferentStates(f"{where}: {name} {key}\n is      {ours.get(key)}\n defined {theirs.get(key)}")
    if found.conflicts != expected.conflicts or found.hash != expected.hash:
        raise DifferentStates(f"{where}: conflicts or hash")


def fold(bundles: Iterable[Bundle], increment: type[Increment] = Increment) -> Increment:
    """Bundles in the order in which they are given."""
    folding = increment(MemoryStorage())
    for bundle in bundles:
        folding.add(bundle)
    return folding


def check_any_order(
    bundles: list[Bundle], chance: random.Random, *, orders: int = 3, increment: type[Increment] = Increment
) -> State:
    """Any arrival order at all, even against causality, gives the state of the replay."""
    expected = defined(bundles)
    for _order in range(orders):
        shuffled = list(bundles)
        chance.shuffle(shuffled)
        assert_same(fold(shuffled, increment).state(), expected, "in another order")
    return expected


def check_network(net: Network, chance: random.Random, *, increment: type[Increment] = Increment) -> State:
    """Each site alone is what it has received; all together are one state, in whatever order it arrived."""
    for site in net.sites:
        assert_same(site.increment.state(), defined(site.storage.lacking({})), f"site {site.name} alone")
    net.settle()
    expected = check_any_order(net.bundles, chance, increment=increment)
    for site in net.sites:
        assert_same(site.increment.state(), expected, f"site {site.name} at the end")
    return expected
