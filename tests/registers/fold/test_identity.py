"""What merging and splitting mean: people who are cut off from each other, and meet again."""

from __future__ import annotations

import pytest

from stages.registers.fold.acts import ActRefused
from stages.registers.fold.views import Conflict
from tests.registers.fold.meetings import REQ, RISK, agree, conflicts, create, kinds, put, value
from tests.registers.fold.network import Network


def test_merged_records_are_one_and_split_back_are_two(net: Network) -> None:
    """Case 22."""
    a, b, _c = net.sites
    one, other, third = create(net, a, title="S"), create(net, a, title="A", prio=3), create(net, a, RISK)
    a.act(a.acts.link(a.new_id(), other, third, "verifies", {}))
    agree(net)
    a.act(a.acts.merge(one, other))
    agree(net)
    assert [each.id for each in b.living] == [one, third]
    assert conflicts(b) == [Conflict("field", one, REQ, "title", ('"A"', '"S"'))]
    assert [each.facts.source for each in b.edges] == [one]
    put(net, a, one, "title", "one")
    agree(net)
    assert conflicts(b) == []
    net.tick()
    b.act(b.acts.split_back(one, other))
    agree(net)
    assert (value(a, one, "title"), value(a, other, "title")) == ("one", "one")
    assert (value(a, one, "prio"), value(a, other, "prio")) == (None, 3)
    assert [each.facts.source for each in a.edges] == [other]


def test_opposite_merges_and_chains_make_one_record(net: Network) -> None:
    a, b, _c = net.sites
    x, y, z = (create(net, a, title="q") for _ in range(3))
    agree(net)
    a.act(a.acts.merge(x, y))
    b.act(b.acts.merge(y, x))
    agree(net)
    assert len(a.living) == 2
    net.tick()
    a.act(a.acts.merge(a.increment.identity.root(x), z))
    agree(net)
    assert [len(each.facts.members) for each in b.living] == [3]


def test_two_merges_that_share_a_record_make_one_of_three(net: Network) -> None:
    a, b, _c = net.sites
    x, y, z = (create(net, a, title="q") for _ in range(3))
    agree(net)
    a.act(a.acts.merge(x, y))
    b.act(b.acts.merge(y, z))
    agree(net)
    assert [each.facts.members for each in a.living] == [tuple(sorted([x, y, z]))]


def test_merged_here_and_deleted_there_stays_marked(net: Network) -> None:
    a, b, _c = net.sites
    one, other = create(net, a, title="S"), create(net, a, RISK, title="A")
    agree(net)
    a.act(a.acts.merge(one, other))
    b.act(b.acts.delete(other))
    agree(net)
    assert conflicts(a) == [Conflict("deleted_changed", other)]
    assert sorted(a.living[0].fields) == [REQ, RISK]


def test_a_late_edit_follows_the_facet_that_was_split_off(net: Network) -> None:
    a, b, _c = net.sites
    record = create(net, a, title="T")
    a.act(a.acts.attach(record, RISK))
    put(net, a, record, "title", "R", RISK)
    agree(net)
    split = a.new_id()
    a.act(a.acts.split_off(record, split, [RISK]))
    put(net, b, record, "title", "R2", RISK)
    agree(net)
    assert value(a, split, "title", RISK) == "R2"
    assert sorted(a.increment.state().records[record].fields) == [REQ]
    with pytest.raises(ActRefused, match="split off"):
        a.acts.attach(record, RISK)
    a.act(a.acts.merge(record, split))
    agree(net)
    assert value(b, record, "title", RISK) == "R2"
    assert conflicts(b) == []


def test_an_edit_of_a_facet_that_was_split_off_does_not_revive_its_source(net: Network) -> None:
    """An edit counts for the record at which the facet is shown, not for the entity that it names."""
    a, b, _c = net.sites
    record = create(net, a, title="T")
    a.act(a.acts.attach(record, RISK))
    split = a.new_id()
    a.act(a.acts.split_off(record, split, [RISK]))
    agree(net)
    a.act(a.acts.delete(record))
    put(net, b, split, "title", "R2", RISK)
    agree(net)
    assert [each.id for each in a.living] == [split]
    assert conflicts(a) == []


def test_what_came_with_an_entity_goes_with_it(net: Network) -> None:
    """A facet that was split off and merged back meanwhile goes with the entity that had brought it along."""
    a, _b, _c = net.sites
    one, other = create(net, a, title="S"), create(net, a, title="A")
    split = a.new_id()
    for payloads in (
        lambda: a.acts.merge(one, other),
        lambda: a.acts.split_off(one, split, [REQ]),
        lambda: a.acts.merge(one, split),
        lambda: a.acts.split_back(one, other),
    ):
        net.tick()
        a.act(payloads())
    assert (value(a, one, "title"), value(a, other, "title")) == ("S", "A")


def test_what_had_been_split_off_before_does_not_come_home(net: Network) -> None:
    a, _b, _c = net.sites
    record, split = create(net, a, title="T"), a.new_id()
    a.act(a.acts.attach(record, RISK))
    for payloads in (
        lambda: a.acts.split_off(record, split, [RISK]),
        lambda: a.acts.merge(split, record),
        lambda: a.acts.split_back(split, record),
    ):
        net.tick()
        a.act(payloads())
    assert [sorted(each.fields) for each in a.living] == [[REQ], [RISK]]


def test_a_join_and_a_split_that_had_not_seen_each_other_are_marked_until_decided(net: Network) -> None:
    a, b, _c = net.sites
    one, other = create(net, a, title="T"), create(net, a, title="T")
    a.act(a.acts.merge(one, other))
    agree(net)
    a.act(a.acts.split_back(one, other))
    net.tick(500_000)
    b.act(b.acts.split_back(one, other))
    b.act(b.acts.merge(one, other))
    agree(net)
    assert kinds(a) == ["split_merged"]
    net.tick(500_000)
    merged = len(b.living) == 1
    if merged:
        a.act(a.acts.split_back(one, other))
    else:
        a.act(a.acts.merge(one, other))
    agree(net)
    assert conflicts(b) == []
    assert len(b.living) == (2 if merged else 1)
