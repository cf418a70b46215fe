"""What writing, removing and deciding mean: people who are cut off from each other, and meet again."""

from __future__ import annotations

import pytest

from stages.registers.fold.acts import ActRefused
from stages.registers.fold.payloads import SetField
from stages.registers.fold.views import Conflict
from tests.registers.fold.meetings import REQ, RISK, agree, conflicts, create, kinds, put, value
from tests.registers.fold.network import Network


def test_two_values_stand_side_by_side(net: Network) -> None:
    """Case 11."""
    a, b, _c = net.sites
    record = create(net, a, status="new")
    agree(net)
    put(net, a, record, "status", "blocked")
    put(net, b, record, "status", "done")
    agree(net)
    assert conflicts(a) == [Conflict("field", record, REQ, "status", ('"blocked"', '"done"'))]
    found = a.storage.records.get(record)
    assert found is not None
    shown = found.fields[REQ]["status"]
    assert shown.value == max(shown.tips, key=lambda tip: tip.hlc).value
    assert value(a, record, "status") == value(b, record, "status")


def test_different_fields_or_equal_values_are_no_conflict(net: Network) -> None:
    """Case 12."""
    a, b, _c = net.sites
    record = create(net, a, status="new")
    agree(net)
    put(net, a, record, "title", "x")
    put(net, b, record, "status", "done")
    put(net, a, record, "prio", 1)
    put(net, b, record, "prio", 1.0)
    agree(net)
    put(net, b, record, "title", "y")
    agree(net)
    assert conflicts(a) == []
    assert [value(a, record, name) for name in ("title", "status", "prio")] == ["y", "done", 1]


def test_one_and_true_are_two_values(net: Network) -> None:
    a, b, _c = net.sites
    record = create(net, a)
    agree(net)
    put(net, a, record, "prio", 1)
    put(net, b, record, "prio", True)
    agree(net)
    assert kinds(a) == ["field"]


def test_a_field_that_was_unset_is_as_one_that_was_never_set(net: Network) -> None:
    """Null is a value, which stands beside others; what undo takes away does not."""
    a, b, _c = net.sites
    record = create(net, a, status="new")
    agree(net)
    a.act([SetField(record, REQ, "status", None, unset=True)])
    agree(net)
    assert "status" not in b.living[0].fields[REQ]
    a.act([SetField(record, REQ, "status", None, unset=True)])
    put(net, b, record, "status", "done")
    agree(net)
    assert conflicts(a) == []
    assert value(a, record, "status") == "done"
    put(net, a, record, "status", None)
    put(net, b, record, "status", "late")
    agree(net)
    assert [each.values for each in conflicts(a)] == [('"late"', "null")]


def test_the_last_value_of_each_branch_stands(net: Network) -> None:
    """Case 13."""
    a, b, _c = net.sites
    record = create(net, a, status="new")
    agree(net)
    for each in ("todo", "blocked", "wontfix", "blocked"):
        put(net, a, record, "status", each)
    for each in ("in_progress", "done"):
        put(net, b, record, "status", each)
    agree(net)
    assert [each.values for each in conflicts(a)] == [('"blocked"', '"done"')]


def test_one_decision_closes_three_branches_everywhere(net: Network) -> None:
    """Case 14."""
    a, b, c = net.sites
    record = create(net, a, status="new")
    agree(net)
    for site, each in ((a, "1"), (b, "2"), (c, "3")):
        put(net, site, record, "status", each)
    agree(net)
    assert [len(each.values) for each in conflicts(c)] == [3]
    net.tick()
    b.act(b.acts.resolve(record, REQ, "status", "r"))
    agree(net)
    assert conflicts(c) == []
    assert value(c, record, "status") == "r"


def test_a_late_branch_reopens_what_was_decided(net: Network) -> None:
    """Case 15."""
    a, b, c = net.sites
    record = create(net, a, status="new")
    agree(net)
    put(net, a, record, "status", "a")
    put(net, b, record, "status", "b")
    net.pull(a, b)
    net.pull(b, a)
    net.tick()
    a.act(a.acts.resolve(record, REQ, "status", "r"))
    put(net, c, record, "status", "c1")
    net.tick(900_000)
    put(net, c, record, "status", "c2")
    agree(net)
    assert [each.values for each in conflicts(b)] == [('"c2"', '"r"')]
    assert value(b, record, "status") == "r", "the decision is shown, though the other one is later"
    with pytest.raises(ActRefused):
        a.acts.resolve(record, REQ, "title", "x")


def test_deleted_here_and_edited_there_stays_marked(net: Network) -> None:
    """Case 19."""
    a, b, _c = net.sites
    record = create(net, a, title="S")
    agree(net)
    a.act(a.acts.delete(record))
    put(net, b, record, "title", "B")
    agree(net)
    assert kinds(a) == ["deleted_changed"]
    assert value(a, record, "title") == "B"
    net.tick()
    b.act(b.acts.delete(record))
    agree(net)
    assert a.living == []
    assert conflicts(a) == []


def test_keeping_what_somebody_deleted_closes_the_conflict(net: Network) -> None:
    a, b, _c = net.sites
    record = create(net, a, title="S")
    agree(net)
    a.act(a.acts.delete(record))
    put(net, b, record, "title", "B")
    agree(net)
    net.tick()
    put(net, a, record, "title", "kept")
    agree(net)
    assert conflicts(b) == []
    assert value(b, record, "title") == "kept"


def test_a_restored_record_is_as_it_was(net: Network) -> None:
    a, b, _c = net.sites
    record, other = create(net, a, title="S"), create(net, a)
    edge = a.new_id()
    a.act(a.acts.link(edge, record, other, "verifies", {"note": 1}))
    agree(net)
    a.act(a.acts.delete(record))
    agree(net)
    assert b.edges == []
    net.tick()
    b.act(b.acts.restore(record))
    agree(net)
    assert value(a, record, "title") == "S"
    assert [(each.id, each.properties) for each in a.edges] == [(edge, {"note": 1})]


def test_detached_here_and_set_there_stays_marked(net: Network) -> None:
    a, b, _c = net.sites
    record = create(net, a, title="S")
    a.act(a.acts.attach(record, RISK))
    agree(net)
    a.act(a.acts.detach(record, RISK))
    put(net, b, record, "title", "R", RISK)
    agree(net)
    assert conflicts(a) == [Conflict("detached_changed", record, RISK)]
    assert value(a, record, "title", RISK) == "R"
