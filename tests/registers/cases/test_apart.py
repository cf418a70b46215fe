"""Acceptance cases of people at several sites, as the product's verbs have them: by their numbers, line by line."""

from __future__ import annotations

import itertools
import random
from contextlib import suppress
from typing import Any

import pytest

from kernel.errors import Conflict, DomainError
from stages.registers import verbs
from stages.registers.fold.effects import Field
from stages.registers.fold.payloads import CreateEntity
from stages.registers.schema import Relation
from tests.registers.fold.network import Network
from tests.registers.fold.shown import what_is_shown
from tests.registers.product.desk import Desk
from tests.registers.product.test_taking_back import ACTS

REQ = "requirements"
CLOCKS = [(0, 0, 0), (200_000, -200_000, 0), (-200_000, 200_000, 0), (0, -200_000, 200_000)]
NOON_MS = 1_796_040_000_000


class Meeting:
    """Ann, Ben and Cleo at sites A, B and C, whose clocks are this far off, in milliseconds."""

    def __init__(self, skews: tuple[int, int, int]) -> None:
        ids = itertools.count(1)
        self.a, self.b, self.c = self.desks = [Desk(name, ids) for name in "ABC"]
        self.skews = dict(zip("ABC", skews, strict=True))
        self.passed = 0
        self.wait()
        self.a.begin()
        self.sync()

    def wait(self, ms: int = 1_000) -> None:
        self.passed += ms
        for desk in self.desks:
            desk.now_ms = NOON_MS + self.passed + self.skews[desk.name]

    def sync(self) -> None:
        for one, other in [*itertools.permutations(self.desks, 2)] * 2:
            one.sync(other)
        self.wait()

    def record(self, **values: Any) -> str:
        record = self.a.create(**values)
        self.sync()
        return record

    def put(self, desk: Desk, record: str, *values: str, name: str = "title") -> None:
        for value in values:
            self.wait()
            desk.set(record, name, value)

    def conflicts(self) -> list[tuple[str, tuple[str, ...]]]:
        """What is open, the same at every site; and every site shows the same."""
        states = [desk.increment.state() for desk in self.desks]
        assert len({state.hash for state in states}) == 1
        assert what_is_shown(states[0]) == what_is_shown(states[1]) == what_is_shown(states[2])
        return [(each.kind, each.values) for each in states[0].conflicts]

    def resolve(self, desk: Desk, record: str, value: str | None) -> None:
        self.wait()
        desk.do(verbs.resolve_conflict, Field(record, REQ, "title"), value, desk.tips(record, "title"))


Found = list[list[tuple[str, tuple[str, ...]]]]


def eleven_to_fifteen(meeting: Meeting) -> Found:
    """Cases 11 to 15, one after the other; what is in conflict at each point."""
    a, b, c = meeting.desks
    found: Found = []

    def note() -> None:
        meeting.sync()
        found.append(meeting.conflicts())

    record = meeting.record(title="new")
    meeting.put(a, record, "blocked")
    meeting.put(b, record, "done")
    note()  # 11
    meeting.resolve(b, record, "done")
    meeting.sync()
    meeting.put(a, record, "x")
    meeting.put(b, record, "2026-12-11", name="due")
    note()  # 12, different fields
    meeting.put(a, record, "same")
    meeting.put(b, record, "same")
    note()  # 12, the same value
    meeting.put(a, record, "todo", "blocked", "wontfix", "blocked")
    meeting.put(b, record, "in_progress", "done")
    note()  # 13
    meeting.resolve(a, record, None)
    note()
    for desk in meeting.desks:
        meeting.put(desk, record, f"of {desk.name}")
    note()  # 14
    meeting.resolve(c, record, "decided")
    note()
    meeting.put(a, record, "a")
    meeting.put(b, record, "b")
    a.sync(b)
    meeting.resolve(a, record, "r")
    a.sync(b)
    meeting.put(c, record, "c1")
    meeting.wait(900_000)
    meeting.put(c, record, "c2")
    note()  # 15
    assert {desk.shown(record)["title"] for desk in meeting.desks} == {"r"}
    return found


def seventeen_and_nineteen(meeting: Meeting) -> Found:
    a, b, _c = meeting.desks
    found: Found = []
    record = meeting.record(title="new")
    meeting.put(a, record, "x")
    meeting.put(b, record, "y")
    meeting.sync()
    seen = a.tips(record, "title")
    meeting.put(b, record, "later")
    meeting.sync()
    with pytest.raises(Conflict) as refused:
        a.do(verbs.resolve_conflict, Field(record, REQ, "title"), "z", seen)
    assert refused.value.extra["tips"] == list(a.tips(record, "title"))
    for choice in ("keep", "delete"):
        other = meeting.record(title="REQ-7")
        a.do(verbs.delete_records, [other])
        meeting.put(b, other, "edited")
        meeting.sync()
        found.append(meeting.conflicts())
        assert all(desk.shown(other)["title"] == "edited" for desk in meeting.desks)
        [conflict] = [each for each in b.record(other).conflicts if each.kind == "deleted_changed"]
        meeting.wait()
        b.do(verbs.decide, conflict, choice)
        meeting.sync()
        found.append(meeting.conflicts())
        assert {desk.record(other).alive for desk in meeting.desks} == {choice == "keep"}
    return found


@pytest.mark.parametrize("skews", CLOCKS)
def test_skewed_clocks_make_no_other_conflicts(skews: tuple[int, int, int]) -> None:
    """Case 21: 11 to 19 again; which value is shown may differ, equally at all sites."""
    found = eleven_to_fifteen(Meeting(skews))
    assert found == [
        [("field", ('"blocked"', '"done"'))],
        [],
        [],
        [("field", ('"blocked"', '"done"'))],
        [],
        [("field", ('"of A"', '"of B"', '"of C"'))],
        [],
        [("field", ('"c2"', '"r"'))],
    ]
    assert seventeen_and_nineteen(Meeting(skews)) == [[("deleted_changed", ())], [], [("deleted_changed", ())], []]


def test_opposite_merges_make_one_record_with_one_survivor() -> None:
    """Case 23."""
    meeting = Meeting((0, 0, 0))
    x, y, z = (meeting.record(title="q") for _number in range(3))
    meeting.a.do(verbs.merge, x, y)
    meeting.b.do(verbs.merge, y, x)
    meeting.sync()
    survivors = {desk.record(each).id for desk in meeting.desks for each in (x, y)}
    assert len(survivors) == 1
    assert survivors < {x, y}
    meeting.conflicts()

    meeting = Meeting((0, 0, 0))
    x, y, z = (meeting.record(title="q") for _number in range(3))
    meeting.a.do(verbs.merge, x, y)
    meeting.b.do(verbs.merge, y, z)
    meeting.sync()
    assert {desk.record(each).id for desk in meeting.desks for each in (x, y, z)} == {meeting.a.record(x).id}
    assert {desk.record(x).facts.members for desk in meeting.desks} == {tuple(sorted([x, y, z]))}
    meeting.conflicts()


def test_a_thousand_insertions_between_the_same_two() -> None:
    """Case 31."""
    net = Network(1)
    [site] = net.sites
    children = [site.new_id() for _number in range(1_003)]
    parent = children.pop()
    site.act([CreateEntity(each) for each in [parent, *children]])
    first, last = site.new_id(), site.new_id()
    for at, edge in enumerate((first, last)):
        site.act(site.acts.link_ordered(edge, parent, children.pop(), "contains", at=at, properties={}))
    made: list[str] = []
    for at, child in enumerate(children):
        # Always beside the one that was inserted last, once before it and once behind it.
        place = at // 2
        edge = site.new_id()
        site.act(site.acts.link_ordered(edge, parent, child, "contains", at=1 + place, properties={}))
        made.insert(place, edge)
    found = site.acts.siblings(parent, "contains")
    assert [each.id for each in found] == [first, *made, last]
    assert len(made) == 1_000
    indexes = [each.index or "" for each in found]
    assert indexes == sorted(set(indexes))
    assert max(map(len, indexes)) <= 200


def act_at_random(desk: Desk, chance: random.Random) -> bool:
    """One act of any kind on whatever is there; whether it could be done and wrote something."""
    records = [each.id for each in desk.living if REQ in each.fields or "risks" in each.fields]
    edges = [each.id for each in desk.edges if each.facts.ends.type == "contains"]
    names = ("one", "other", "risk", "gone", "merged", "both")
    there = {name: chance.choice(records) if records else desk.new_id() for name in names}
    there["edge"] = chance.choice(edges) if edges else desk.new_id()
    if dead := [each.id for each in desk.records if not each.alive]:
        there["gone"] = chance.choice(dead)
    before = len(desk.storage.by_actor(desk.actor_id))
    with suppress(DomainError, KeyError):
        ACTS[chance.choice([*ACTS])](desk, there)
    return len(desk.storage.by_actor(desk.actor_id)) > before


@pytest.mark.parametrize("seed", range(3))
def test_a_hundred_acts_of_people_are_taken_back_and_done_again(seed: int) -> None:
    """Case 37, with the product's own verbs."""
    chance = random.Random(seed)
    desk = Desk()
    desk.begin()
    desk.do(verbs.add_relation, Relation("contains", ordered=True))
    states = [what_is_shown(desk.increment.state())]
    acts_of: dict[str, int] = {}
    while len(states) <= 100:
        if act_at_random(desk, chance):
            acts_of[desk.storage.by_actor(desk.actor_id)[-1].header.bundle_id] = len(states)
            states.append(what_is_shown(desk.increment.state()))
    undone: dict[str, int] = {}
    while what_is_shown(desk.increment.state()) != states[0]:
        bundle = desk.undo()
        assert bundle is not None
        undone[bundle.header.bundle_id] = at = acts_of[bundle.header.undoes or ""]
        assert what_is_shown(desk.increment.state()) == states[at - 1], f"act {at}, undone"
    for _number in range(len(undone)):
        bundle = desk.redo()
        assert bundle is not None
        at = undone[bundle.header.undoes or ""]
        assert what_is_shown(desk.increment.state()) == states[at], f"act {at}, done again"
