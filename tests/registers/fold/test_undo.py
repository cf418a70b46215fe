"""Act, undo, redo: what was shown comes back, and what somebody else has changed since stays and is named."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.registers.fold.acts import ActRefused
from stages.registers.fold.effects import Field, Key, Subject, acts, field_writes, removals
from stages.registers.fold.payloads import SetField
from stages.registers.fold.since import Kept
from stages.registers.fold.stacks import redoable, undoable
from stages.registers.fold.undo import take_back_bundle, take_back_newest
from tests.exploring import examples
from tests.registers.fold.comparing import assert_same, defined
from tests.registers.fold.network import UNDOABLE, Network, Replica, Step, histories, random_steps
from tests.registers.fold.shown import what_is_shown
from tests.registers.fold.writing import public_key

REQ, RISK = "requirements", "risks"


def settled(steps: list[Step]) -> Network:
    net = Network(3, skews=(0, 200_000, -500))
    net.begin()
    for step in steps:
        net.step(step)
    net.settle()
    return net


def shown(site: Replica) -> dict[str, Any]:
    return what_is_shown(site.increment.state())


def act_once(net: Network, site: Replica, kind: Any, chance: random.Random) -> bool:
    """Let somebody do something of a kind; whether it could be done."""
    net.tick()
    before = len(site.storage.lacking({}))
    with suppress(ActRefused):
        kind(net, site, *(chance.randrange(12) for _ in range(3)))
    return len(site.storage.lacking({})) > before


def undo_and_redo(net: Network, site: Replica, kind: Any, chance: random.Random) -> bool:
    before = shown(site)
    if not act_once(net, site, kind, chance):
        return False
    after = shown(site)
    newest = site.storage.by_actor(public_key(f"person {site.name}"))[-1]
    if take_back_bundle(site.increment, newest, lambda: next(site.client_ids)).payloads == []:
        assert before == after, f"{kind.__name__} leaves nothing to take back"
        return False
    for redo, expected in ((False, before), (True, after), (False, before)):
        net.tick()
        (site.redo if redo else site.undo)()
        assert shown(site) == expected, f"{kind.__name__}, {'redo' if redo else 'undo'}"
    return True


@settings(max_examples=examples(15))
@given(histories(), st.randoms(use_true_random=False))
def test_undo_gives_back_what_was_shown_and_redo_what_was_done(steps: list[Step], chance: random.Random) -> None:
    net = settled(steps)
    site = net.sites[0]
    for _turn in range(8):
        undo_and_redo(net, site, chance.choice(UNDOABLE), chance)
        net.tick()
        if chance.random() < 0.5:
            site.redo()
    assert_same(site.increment.state(), defined(site.storage.lacking({})), "after undo and redo")


def test_every_kind_of_act_is_undone_and_redone() -> None:
    """Case 37."""
    done: Counter[str] = Counter()
    for seed in range(12):
        chance = random.Random(seed)
        net = settled(random_steps(chance, 40))
        for kind in UNDOABLE:
            done[kind.__name__] += undo_and_redo(net, net.sites[0], kind, chance)
    assert len(done) == len(UNDOABLE)
    assert min(done.values()) > 0, done


@settings(max_examples=examples(6))
@given(st.integers(0, 2**32 - 1))
def test_a_hundred_acts_of_every_kind_are_undone_and_redone(seed: int) -> None:
    """Case 37: one by one, each state as it was, merges, splits and mappings included."""
    chance = random.Random(seed)
    net = settled(random_steps(chance, 30))
    site = net.sites[0]
    # So that nothing of before is undone.
    site.name = "somebody new"
    states = [shown(site)]
    acts_of: dict[str, int] = {}
    while len(states) <= 100:
        if act_once(net, site, chance.choice(UNDOABLE), chance):
            acts_of[site.storage.by_actor(site.actor_id)[-1].header.bundle_id] = len(states)
            states.append(shown(site))
    undone: dict[str, int] = {}
    while bundle := site.undo():
        net.tick()
        undone[bundle.header.bundle_id] = at = acts_of[bundle.header.undoes or ""]
        assert shown(site) == states[at - 1], f"act {at}, undone"
    assert shown(site) == states[0]
    while bundle := site.redo():
        net.tick()
        at = undone[bundle.header.undoes or ""]
        assert shown(site) == states[at], f"act {at}, done again"
    assert shown(site) == states[-1]
    assert_same(site.increment.state(), defined(site.storage.lacking({})), "after a hundred acts, twice")


@settings(max_examples=examples(20))
@given(histories(10, 30), st.randoms(use_true_random=False))
def test_what_somebody_else_changed_since_stays(steps: list[Step], chance: random.Random) -> None:
    net = settled(steps)
    site = net.sites[0]
    if not act_once(net, site, chance.choice(UNDOABLE), chance):
        return
    site.name = "Ben"
    for _turn in range(3):
        act_once(net, site, chance.choice(UNDOABLE), chance)
    site.name = "A"
    ben = public_key("person Ben")
    before = tips_of(site, ben), lives_of(site, ben)
    net.tick()
    site.undo()
    tips, lives = tips_of(site, ben), lives_of(site, ben)
    assert before == (tips, lives)


def tips_of(site: Replica, actor: str) -> dict[Field, set[str]]:
    """The values of somebody that stand at raw fields."""
    fields = {field for each in site.storage.by_range() for field, _value in field_writes(each)}
    found = {field: site.storage.fields.get(field) or () for field in fields}
    return {
        field: {tip.op_id for tip in tips if tip.actor_id == actor}
        for field, tips in found.items()
        if any(tip.actor_id == actor for tip in tips)
    }


def lives_of(site: Replica, actor: str) -> dict[Subject, bool]:
    """Whether the things live that somebody has acted on or removed."""
    subjects = {
        subject
        for each in site.storage.by_range()
        if each.actor_id == actor
        for subject in (*acts(each), *removals(each))
    }
    found = {}
    for subject in subjects:
        life = site.storage.lives.get(subject)
        root = site.increment.identity.root(subject.id)
        record = site.storage.records.get(root)
        lives = life is not None and life.alive
        found[subject] = bool(record and record.alive) if subject.kind == "entity" else lives
    return found


@pytest.fixture
def net() -> Network:
    made = Network(2)
    made.tick()
    return made


def create(net: Network, site: Replica, **values: Any) -> str:
    entity = site.new_id()
    site.act(site.acts.create(entity, REQ, values))
    net.tick()
    return entity


def value(site: Replica, record: str, name: str) -> Any:
    found = site.storage.records.get(record)
    assert found is not None
    return found.fields[REQ][name].value


def test_of_a_paste_the_cell_that_somebody_changed_stays_and_is_named(net: Network) -> None:
    """Case 38."""
    a, b = net.sites
    one, other = create(net, a, title="1"), create(net, a, title="2")
    pasted = a.act([*a.acts.set_field(one, REQ, "title", "x"), *a.acts.set_field(other, REQ, "title", "y")])
    assert pasted is not None
    net.settle()
    net.tick()
    b.act(b.acts.set_field(other, REQ, "title", "Ben's"))
    net.settle()
    taken = take_back_bundle(a.increment, pasted, lambda: 5)
    assert taken.payloads == [SetField(one, REQ, "title", "1")]
    assert taken.kept == [Kept("field", Field(other, REQ, "title"), public_key("person B"))]


def test_a_creation_that_somebody_touched_stays_whole_and_is_named(net: Network) -> None:
    a, b = net.sites
    record = create(net, a, title="mine", prio=1)
    net.settle()
    b.act(b.acts.set_field(record, REQ, "prio", 2))
    net.settle()
    [created] = undoable(a.storage.by_actor(public_key("person A")))
    taken = take_back_bundle(a.increment, created, lambda: 5)
    assert taken.payloads == []
    assert taken.kept == [Kept("life", Subject("facet", record, REQ), public_key("person B"))]


def test_undo_of_an_edit_does_not_revive_what_somebody_deleted(net: Network) -> None:
    a, b = net.sites
    record = create(net, a, title="1")
    net.tick()
    a.act(a.acts.set_field(record, REQ, "title", "2"))
    net.settle()
    b.act(b.acts.delete(record))
    net.settle()
    net.tick()
    a.undo()
    assert a.living == []


def test_undo_takes_back_ones_own_later_value_but_not_somebody_elses_before_it(net: Network) -> None:
    a, b = net.sites
    record = create(net, a, title="0")
    a.act(a.acts.set_field(record, REQ, "title", "1"))
    net.settle()
    net.tick()
    b.act(b.acts.set_field(record, REQ, "title", "Ben's"))
    net.settle()
    net.tick()
    a.act(a.acts.set_field(record, REQ, "title", "3"))
    net.tick()
    a.undo()
    assert value(a, record, "title") == "Ben's"
    net.tick()
    mine = undoable(a.storage.by_actor(public_key("person A")))
    found = take_back_newest(a.increment, mine, lambda: 5)
    assert found is not None
    assert (found[1].payloads, [each.actor_id for each in found[1].kept]) == ([], [public_key("person B")])
    assert value(a, record, "title") == "Ben's"


def test_only_ones_own_typing_is_undone(net: Network) -> None:
    """Case 36."""
    a, b = net.sites
    record = create(net, a)
    a.act(a.acts.type_text(record, REQ, "body", "The pump stops 😀.", 11))
    net.settle()
    net.tick()
    a.act(a.acts.type_text(record, REQ, "body", "The pump.", 12))
    net.settle()
    net.tick()
    b.act(b.acts.type_text(record, REQ, "body", "The old pump.", 13))
    net.settle()
    net.tick()
    a.undo()
    net.settle()
    [found] = b.living
    assert found.texts[REQ]["body"] == "The old pump stops 😀."
    net.tick()
    a.redo()
    net.settle()
    assert b.living[0].texts[REQ]["body"] == "The old pump."


def test_undoing_a_rebalance_changes_keys_and_no_order(net: Network) -> None:
    a, b = net.sites
    parent, children = create(net, a), [create(net, a) for _ in range(3)]
    net.settle()
    for site, child in ((a, children[0]), (b, children[1])):
        site.act(site.acts.link_ordered(site.new_id(), parent, child, "contains", at=0, properties={}))
    net.settle()
    order = [each.id for each in a.acts.siblings(parent, "contains")]
    net.tick()
    a.act(a.acts.link_ordered(a.new_id(), parent, children[2], "contains", at=1, properties={}))
    net.tick()
    a.undo()
    assert [each.id for each in a.acts.siblings(parent, "contains")] == order


def test_a_new_act_ends_what_can_be_redone(net: Network) -> None:
    a, _b = net.sites
    record = create(net, a, title="0")
    a.act(a.acts.set_field(record, REQ, "title", "1"))
    net.tick()
    a.undo()
    mine = public_key("person A")
    assert len(redoable(a.storage.by_actor(mine))) == 1
    net.tick()
    a.act(a.acts.set_field(record, REQ, "title", "2"))
    assert redoable(a.storage.by_actor(mine)) == []
    assert a.storage.operations_on(Key("field", Field(record, REQ, "title")))[-1].payload.type == "SetField"
