"""Merges and splits that are undone, several at once, and beside what somebody else has joined and split since."""

from __future__ import annotations

import pytest

from stages.registers.fold.payloads import MergeEntities, SplitEntity
from stages.registers.fold.undo import take_back_bundle
from tests.registers.fold.network import Network
from tests.registers.fold.test_undo import REQ, create, shown
from tests.registers.fold.writing import public_key


@pytest.fixture
def net() -> Network:
    made = Network(2)
    made.tick()
    return made


def test_a_bundle_of_several_merges_and_splits_is_undone_as_a_whole(net: Network) -> None:
    a, b = net.sites
    one, two, three, four = (create(net, a, title=str(at)) for at in range(4))
    new = a.new_id()
    net.settle()
    before = shown(a)
    a.act(
        [MergeEntities(one, two), MergeEntities(three, one), SplitEntity(three, new, (REQ,)), MergeEntities(new, four)]
    )
    after = shown(a)
    for redo, expected in ((False, before), (True, after), (False, before)):
        net.tick()
        (a.redo if redo else a.undo)()
        assert shown(a) == expected
    net.settle()
    assert shown(b) == before


def test_undo_of_a_merge_passes_over_what_somebody_else_has_split_since(net: Network) -> None:
    a, b = net.sites
    one, two, three = (create(net, a, title=str(at)) for at in range(3))
    for absorbed in (two, three):
        net.tick()
        a.act(a.acts.merge(one, absorbed))
    net.settle()
    net.tick()
    b.act(b.acts.split_back(one, three))
    net.settle()
    net.tick()
    a.undo()
    assert {each.id for each in a.living} == {one, two, three}


def test_undo_of_a_merge_stays_where_somebody_else_has_joined_it_again_since(net: Network) -> None:
    a, b = net.sites
    one, two, three = (create(net, a, title=str(at)) for at in range(3))
    net.tick()
    merged = a.act(a.acts.merge(one, two))
    assert merged is not None
    net.settle()
    for payloads in (b.acts.split_back(one, two), [MergeEntities(three, two)]):
        net.tick()
        b.act(payloads)
    net.settle()
    taken = take_back_bundle(a.increment, merged, lambda: 5)
    assert (taken.payloads, [each.actor_id for each in taken.kept]) == ([], [public_key("person B")])
