"""What the conflict inbox is made of: who set what apart from whom (acceptance cases 11, 13, 14, 15, 19)."""

from __future__ import annotations

import pytest

from stages.registers.fold.effects import Key, Subject
from stages.registers.fold.views import Conflict
from stages.registers.reading.cases import Case, case_of_field, case_of_life
from stages.registers.reading.changes import Known
from stages.registers.reading.history import operations_of
from tests.registers.fold.meetings import REQ, agree, conflicts, create, put
from tests.registers.fold.network import Network, Replica


@pytest.fixture(params=[(), (200_000, -200_000, 0)], ids=["one time", "skewed clocks"])
def net(request: pytest.FixtureRequest) -> Network:
    made = Network(3, skews=request.param)
    made.tick()
    return made


def case(site: Replica, record: str) -> Case:
    (conflict,) = conflicts(site)
    found = site.storage.records.get(record)
    assert found is not None
    made = case_of_field(conflict, found, site.increment.classes, Known(operations_of(site.storage, found.facts)))
    assert made is not None
    return made


def test_two_values_with_their_sites_and_what_they_replaced(net: Network) -> None:
    a, b, _c = net.sites
    record = create(net, a, status="new")
    agree(net)
    put(net, a, record, "status", "blocked")
    put(net, b, record, "status", "done")
    agree(net)
    for site in net.sites:
        found = case(site, record)
        assert {(side.value, side.write.site) for side in found.sides} == {
            ("blocked", a.site_key),
            ("done", b.site_key),
        }
        assert [[tip.value for tip in side.replaced] for side in found.sides] == [["new"], ["new"]]
        assert [side.not_seen for side in found.sides] == [(1,), (0,)]
        assert [tip.value for tip in found.origin] == ["new"]
        shown = site.storage.records.get(record)
        assert shown is not None
        assert found.sides[found.shown].value == shown.fields[REQ]["status"].value
        assert set(found.tips) == {tip.op_id for tip in shown.fields[REQ]["status"].tips}


def test_only_the_last_of_a_branch_counts(net: Network) -> None:
    a, b, _c = net.sites
    record = create(net, a, status="new")
    agree(net)
    for value in ("todo", "blocked", "wontfix", "blocked"):
        put(net, a, record, "status", value)
    for value in ("in_progress", "done"):
        put(net, b, record, "status", value)
    agree(net)
    assert {side.value for side in case(b, record).sides} == {"blocked", "done"}


def test_three_values_are_three_sides(net: Network) -> None:
    record = create(net, net.sites[0], status="new")
    agree(net)
    for site, value in zip(net.sites, ("x", "y", "z"), strict=True):
        put(net, site, record, "status", value)
    agree(net)
    found = case(net.sites[0], record)
    assert {side.value for side in found.sides} == {"x", "y", "z"}
    net.tick()
    net.sites[1].act(net.sites[1].acts.resolve(record, REQ, "status", "y"))
    agree(net)
    assert all(conflicts(site) == [] for site in net.sites)


def test_what_arrives_after_a_decision_opens_it_again_and_the_decision_is_shown(net: Network) -> None:
    a, b, c = net.sites
    record = create(net, a, status="new")
    agree(net)
    put(net, a, record, "status", "x")
    put(net, b, record, "status", "y")
    put(net, c, record, "status", "c1")
    put(net, c, record, "status", "c2")
    net.pull(b, a)
    net.tick()
    a.act(a.acts.resolve(record, REQ, "status", "r"))
    agree(net)
    found = case(b, record)
    assert {side.value for side in found.sides} == {"r", "c2"}
    assert found.sides[found.shown].value == "r"


def test_deleted_here_and_changed_there(net: Network) -> None:
    a, b, _c = net.sites
    record = create(net, a, title="x")
    agree(net)
    a.act(a.acts.delete(record))
    put(net, b, record, "title", "y")
    agree(net)
    (conflict,) = conflicts(a)
    assert conflict == Conflict("deleted_changed", record)
    subjects = [Subject("entity", record), Subject("facet", record, REQ)]
    operations = [each for subject in subjects for each in a.storage.operations_on(Key("life", subject))]
    found = case_of_life(conflict, subjects, sorted(set(operations), key=lambda each: each.order))
    assert found is not None
    assert {(side.act, side.write.site) for side in found.sides} == {("deleted", a.site_key), ("changed", b.site_key)}
    assert found.sides[found.shown].act == "changed"
