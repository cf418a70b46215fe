"""Thousands of histories of sites that part and meet, through the pure fold: one state, one list of conflicts.

A longer run with other examples: ``./script/check --explore``.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import settings as examples_of
from hypothesis import strategies as st

from stages.registers.fold.bundles import Head
from stages.registers.fold.increment import Increment
from stages.registers.fold.storage import MemoryStorage
from tests.exploring import examples
from tests.network.pure import HAPPENINGS, SKEWS, PureNetwork, PureSite, histories, random_history
from tests.registers.fold.comparing import assert_same, defined
from tests.registers.fold.network import Step


def run(steps: list[Step], sites: int, skews: tuple[int, ...]) -> PureNetwork:
    net = PureNetwork(sites, skews=skews)
    net.begin()
    for step in steps:
        net.step(step)
    return net


def check(net: PureNetwork) -> None:
    """Each site alone is what it has accepted; settled, all are the same."""
    for site in net.sites:
        assert_same(site.increment.state(), defined(site.storage.lacking({})), f"site {site.name} alone")
    net.heal()
    net.wait_for_sync()
    first, *others = net.sites
    state = first.increment.state()
    for site in others:
        assert_same(site.increment.state(), state, f"site {site.name} at the end")
        # Stored bytes are passed on as they came, and each bundle is kept once.
        assert sorted(site.arrived) == sorted(first.arrived)
    assert len(set(first.arrived)) == len(first.arrived) == len(first.storage.lacking({}))


@examples_of(max_examples=examples(120))
@given(histories(), st.integers(2, 5), st.sampled_from(SKEWS))
def test_sites_that_part_and_meet_are_the_same(steps: list[Step], sites: int, skews: tuple[int, ...]) -> None:
    check(run(steps, sites, skews))


@examples_of(max_examples=examples(20))
@given(st.integers(0, 2**32 - 1))
def test_long_histories_of_five_sites(seed: int) -> None:
    check(run(random_history(random.Random(seed), 150), 5, SKEWS[seed % len(SKEWS)]))


def test_a_relay_passes_on_what_it_got() -> None:
    net = PureNetwork(3)
    net.begin()
    a, b, c = net.sites
    net.partition({a}, {b, c})
    written = a.act(a.acts.create(a.new_id(), "risks", {"title": "at A"}))
    net.settle()
    assert written is not None
    assert c.storage.bundle(written.header.bundle_id) is None
    net.connect(a, b)
    net.settle()
    found = c.storage.bundle(written.header.bundle_id)
    assert found is not None
    assert found.signed == written.signed
    net.wait_for_sync()


def test_what_a_fast_clock_wrote_waits_and_holds_up_nobody_else() -> None:
    net = PureNetwork(3, skews=(0, 600_000, 0))
    net.begin()
    a, b, c = net.sites
    before = a.storage.head(a.site_key).hlc
    for title in ("first", "second"):
        b.act(b.acts.create(b.new_id(), "risks", {"title": title}))
    c.act(c.acts.create(c.new_id(), "risks", {"title": "at C"}))
    net.settle()
    assert a.storage.head(b.site_key) == Head()
    assert sorted(a.held[b.site_key]) == [1, 2]
    assert a.storage.head(c.site_key).number == 1
    a.act(a.acts.create(a.new_id(), "risks", {"title": "at A"}))
    assert a.storage.head(a.site_key).hlc > before
    assert a.storage.head(a.site_key).hlc < b.storage.head(b.site_key).hlc
    net.wait_for_sync()
    assert a.storage.head(b.site_key).number == 2


def test_a_conflict_closed_at_one_site_opens_again_by_what_another_wrote_apart() -> None:
    net = PureNetwork(3)
    net.begin()
    a, b, c = net.sites
    record = a.records[0]
    facet = next(iter(record.fields))
    net.partition({a}, {b}, {c})
    for site, title in ((a, "of A"), (b, "of B"), (c, "of C")):
        net.tick()
        site.act(site.acts.set_field(record.id, facet, "title", title))
    net.partition({a, b}, {c})
    net.settle()
    (conflict,) = a.increment.state().conflicts
    assert set(conflict.values) == {'"of A"', '"of B"'}
    a.act(a.acts.resolve(record.id, facet, "title", "of A"))
    net.settle()
    assert b.increment.state().conflicts == []
    net.heal()
    net.wait_for_sync()
    for site in net.sites:
        (conflict,) = site.increment.state().conflicts
        assert set(conflict.values) == {'"of A"', '"of C"'}


def test_the_histories_contain_happenings_of_every_kind() -> None:
    held, parted, late = 0, 0, 0
    for seed in range(20):
        net = PureNetwork(4, skews=SKEWS[2])
        net.begin()
        for step in random_history(random.Random(seed), 100):
            net.step(step)
            held += any(chain for site in net.sites for chain in site.held.values())
        parted += len({frozenset(site.storage.clock().items()) for site in net.sites}) > 1
        late += len({len(site.arrived) for site in net.sites}) > 1
    assert held
    assert parted
    assert late
    assert len(set(HAPPENINGS)) >= 7


class Forgetful(PureSite):
    """Takes a chain with a hole."""

    def _take(self, wire: object) -> None:
        if random.Random(repr(wire)).random() > 0.3:
            super()._take(wire)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_site_that_loses_what_it_got_is_noticed(seed: int) -> None:
    """The properties notice a fault: otherwise they hold nothing."""
    net = PureNetwork(3)
    net.begin()
    net.sites[1].__class__ = Forgetful
    for step in random_history(random.Random(seed), 100):
        net.step(step)
    with pytest.raises(AssertionError):
        check(net)


def test_the_increment_gives_the_state_of_any_site() -> None:
    net = run(random_history(random.Random(9), 120), 4, SKEWS[1])
    net.heal()
    net.wait_for_sync()
    folding = Increment(MemoryStorage())
    for bundle in net.sites[2].storage.lacking({}):
        folding.add(bundle)
    assert folding.state().hash == net.state_hash(net.sites[0])
