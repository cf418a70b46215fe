"""Clocks that are wrong: what is too far ahead waits, and holds up nobody."""

from __future__ import annotations

from uuid import UUID

from stages.replication.held.services import retry_held
from tests.network.acts import REQUIREMENTS, furnish
from tests.network.cases.window import Window
from tests.network.conftest import Trio
from tests.network.site import Site
from tests.patience import until

AHEAD = 600


def newest_of(site: Site, project: str, key: str) -> str:
    found: str = site.owner.state(project)["clock"][key]
    return found


def test_a_clock_that_is_ahead(apart: Trio) -> None:
    """Case 22."""
    network, a, b = apart.network, apart.a, apart.b
    network.connect(a, b)
    project = network.project
    furnish(a.owner, project)
    network.wait_for_sync()
    (key_of_a,) = a.owner.state(project)["clock"]
    key_of_b = network.seen_at(a, b)["key"]

    b.start_again(clock=240)
    record = b.owner.create(project, REQUIREMENTS, title="Four minutes ahead")
    network.heal()
    network.wait_for_sync()
    a.owner.set(project, record, REQUIREMENTS, prio=1)
    assert newest_of(a, project, key_of_a) > newest_of(a, project, key_of_b)

    b.start_again(clock=AHEAD)
    network.heal()
    early = b.owner.create(project, REQUIREMENTS, title="Ten minutes ahead")
    b.owner.create(project, REQUIREMENTS, title="And the next one")
    until(lambda: len(network.held(a)) > 0, "A holds it")
    assert [each["reason"] for each in reversed(network.held(a))][:2] in (["future"], ["future", "behind"])
    until(lambda: abs(network.seen_at(a, b)["skew_ms"] - AHEAD * 1000) < 30_000, "A knows how far B's clock is ahead")
    assert "clock 10 min ahead" in Window(a.owner).open(f"/projects/{project}/sites/").words
    assert early not in a.owner.records(project, REQUIREMENTS)
    a.owner.create(project, REQUIREMENTS, title="At A meanwhile")
    assert newest_of(a, project, key_of_a) < newest_of(b, project, key_of_b)

    a.start_again(clock=AHEAD)
    network.heal()
    with a.opened():
        # What a job does each minute.
        retry_held(UUID(project))
    network.assert_same()
    assert early in a.owner.records(project, REQUIREMENTS)
    assert network.held(a) == []
