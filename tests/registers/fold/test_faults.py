"""Each of these faults, put into the increment by hand, is noticed by the properties.

A fault is a patch of one function that a hurried programmer could have written. Without it the same histories pass.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from stages.registers.fold import increment as increments
from stages.registers.fold import lives, refreshing
from stages.registers.fold.clocks import Clock, advance
from stages.registers.fold.documents import replay_text
from stages.registers.fold.effects import Field, Subject, Write, deltas
from stages.registers.fold.facts import RecordFacts, Tips
from stages.registers.fold.increment import Increment
from stages.registers.fold.lives import Life, Seen
from stages.registers.fold.operations import Operation
from tests.registers.fold.comparing import DifferentStates, check_any_order, check_network
from tests.registers.fold.hostile import hostile_bundles
from tests.registers.fold.network import Network, random_steps

Patch = pytest.MonkeyPatch


def honest(seed: int) -> None:
    chance = random.Random(seed)
    net = Network(3, skews=(0, 200_000, -500) if seed % 2 else ())
    net.begin()
    for step in random_steps(chance, 80):
        net.step(step)
    check_network(net, chance)


def hostile(seed: int) -> None:
    check_any_order(hostile_bundles(seed), random.Random(seed))


HISTORIES = 40


def is_noticed(histories: Callable[[int], None], most: int = HISTORIES) -> bool:
    for seed in range(most):
        try:
            histories(seed)
        except DifferentStates:
            return True
    return False


@pytest.mark.parametrize("histories", [honest, hostile])
def test_without_a_fault_nothing_is_noticed(histories: Callable[[int], None]) -> None:
    assert not is_noticed(histories, most=10)


@pytest.mark.parametrize("histories", [honest, hostile])
def test_text_in_the_order_of_arrival(histories: Callable[[int], None], monkeypatch: Patch) -> None:
    def take_delta(self: Increment, written: Field, operation: Operation, delta: bytes, touched: Any) -> None:
        listed: list[Operation] = self.__dict__.setdefault(f"arrived {written}", [])
        listed.append(operation)
        replay = replay_text(each for made in listed for _field, each in deltas(made))
        self.storage.documents.set(written, replay.store(operation.order))
        self._touch_field(written, touched)

    monkeypatch.setattr(Increment, "_take_delta", take_delta)
    assert is_noticed(histories)


def test_a_late_write_compared_with_the_tips_alone(monkeypatch: Patch) -> None:
    """Right while clocks are transitive, so only hostile ones bring it to light."""

    def take_write(self: Increment, written: Field, operation: Operation, write: Write, touched: Any) -> None:
        tips = self.storage.fields.get(written) or ()
        kept = [tip for tip in tips if not increments._had_seen(operation, tip)]
        known = {each.order: each for each in self.storage.by_range()}
        if not any(known[tip.order].had_seen(operation) for tip in tips):
            kept.append(write)
        self.storage.fields.set(written, tuple(sorted(kept, key=lambda tip: tip.order)))
        self._touch_field(written, touched)

    monkeypatch.setattr(Increment, "_take_write", take_write)
    assert is_noticed(hostile)


@pytest.mark.parametrize("histories", [honest, hostile])
def test_merges_in_the_order_of_arrival(histories: Callable[[int], None], monkeypatch: Patch) -> None:
    def take_identity(self: Increment, operations: Iterable[Operation], touched: Any) -> None:
        before, self.identity = self.identity, self.identity.copy()
        for operation in operations:
            self.identity.apply(operation)
        entities, facets = before.difference(self.identity)
        for identity in (before, self.identity):
            touched.records |= {identity.root(each) for each in entities} | {identity.place(*each) for each in facets}
        touched.edges |= {edge for entity in entities for edge in self.storage.edges_at(entity)}

    monkeypatch.setattr(Increment, "_take_identity", take_identity)
    assert is_noticed(histories)


@pytest.mark.parametrize("histories", [honest, hostile])
def test_the_last_clock_instead_of_the_join(histories: Callable[[int], None], monkeypatch: Patch) -> None:
    def with_operation(self: Seen, operation: Operation) -> Seen:
        newest = dict(self.newest)
        advance(newest, operation.site, operation.hlc)
        return Seen(newest, {**operation.clock, operation.site: operation.hlc})

    monkeypatch.setattr(Seen, "with_operation", with_operation)
    assert is_noticed(histories)


def test_the_last_clock_instead_of_the_join_at_a_late_write(monkeypatch: Patch) -> None:
    def only_last(joined: dict[str, str], clock: Clock) -> None:
        joined.clear()
        joined.update(clock)

    monkeypatch.setattr(increments, "join", only_last)
    assert is_noticed(hostile)


def test_edges_that_are_not_looked_at_when_an_end_dies(monkeypatch: Patch) -> None:
    show = refreshing.Refresh._show_record

    def show_record(self: refreshing.Refresh, root: str, changes: Any) -> bool:
        show(self, root, changes)
        return False

    monkeypatch.setattr(refreshing.Refresh, "_show_record", show_record)
    assert is_noticed(honest)


@pytest.mark.parametrize("histories", [honest, hostile])
def test_an_edit_that_counts_for_the_entity_it_names(histories: Callable[[int], None], monkeypatch: Patch) -> None:
    """Instead of the record at which the facet is shown now."""
    facts_of = refreshing.Refresh._record_facts

    def record_facts(self: refreshing.Refresh, root: str) -> RecordFacts:
        facts = facts_of(self, root)
        own = [(member, facet) for member in facts.members for facet in self.storage.facets_of(member)]
        alive, unseen = lives.record_life(
            {member: self._life(Subject("entity", member)) for member in facts.members},
            [self._life(Subject("facet", *each)) for each in own],
        )
        return RecordFacts(
            facts.id, facts.members, alive, unseen, facts.clashing, facts.facets, facts.tips, facts.texts
        )

    monkeypatch.setattr(refreshing.Refresh, "_record_facts", record_facts)
    assert is_noticed(histories)


@pytest.mark.parametrize("histories", [honest, hostile])
def test_the_edge_that_arrived_first_instead_of_the_canonical_one(
    histories: Callable[[int], None], monkeypatch: Patch
) -> None:
    take = Increment._take_edge

    def take_edge(self: Increment, operation: Operation, touched: Any) -> None:
        if self.storage.ends.get(getattr(operation.payload, "edge_id", "")) is None:
            take(self, operation, touched)

    monkeypatch.setattr(Increment, "_take_edge", take_edge)
    assert is_noticed(histories)


def test_a_late_write_taken_for_the_newest(monkeypatch: Patch) -> None:
    def take_write(self: Increment, written: Field, operation: Operation, write: Write, touched: Any) -> None:
        tips: Tips = self.storage.fields.get(written) or ()
        kept = tuple(tip for tip in tips if not increments._had_seen(operation, tip))
        self.storage.fields.set(written, (*kept, write))
        self._touch_field(written, touched)

    monkeypatch.setattr(Increment, "_take_write", take_write)
    assert is_noticed(honest)


def test_only_the_acts_of_the_newest_removal_are_asked(monkeypatch: Patch) -> None:
    """A removal that nobody had seen counts, though a later one was seen."""

    def contested(self: Life) -> bool:
        newest = dict([max(self.removals.newest.items(), key=lambda each: each[1])]) if self.removals.newest else {}
        return self.alive and Seen(newest).is_uncovered(self.acts.clock)

    monkeypatch.setattr(Life, "contested", property(contested))
    assert is_noticed(hostile)
