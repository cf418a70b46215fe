"""What operations mean, case by case: two or three people who are cut off from each other, and meet again."""

from __future__ import annotations

from typing import Any

import pytest

from stages.registers.fold.acts import ActRefused
from stages.registers.fold.payloads import CreateEdge, DeleteEntity, MoveOrderedEdge, SetCRDTField, SetField
from stages.registers.fold.views import Conflict
from tests.registers.fold.network import Network, Replica
from tests.registers.fold.writing import numbered_id

REQ, RISK = "requirements", "risks"


@pytest.fixture(params=[(), (200_000, -200_000, 0)], ids=["one time", "skewed clocks"])
def net(request: pytest.FixtureRequest) -> Network:
    made = Network(3, skews=request.param)
    made.tick()
    return made


def create(net: Network, site: Replica, facet: str = REQ, **values: Any) -> str:
    entity = site.new_id()
    site.act(site.acts.create(entity, facet, values))
    net.tick()
    return entity


def put(net: Network, site: Replica, record: str, name: str, value: Any, facet: str = REQ) -> None:
    net.tick()
    site.act(site.acts.set_field(record, facet, name, value))


def value(site: Replica, record: str, name: str, facet: str = REQ) -> Any:
    found = site.storage.records.get(record)
    assert found is not None
    return found.fields[facet][name].value if name in found.fields[facet] else None


def conflicts(site: Replica) -> list[Conflict]:
    return site.increment.state().conflicts


def agree(net: Network) -> None:
    net.settle()
    assert len({site.increment.state().hash for site in net.sites}) == 1


def kinds(site: Replica) -> list[str]:
    return [each.kind for each in conflicts(site)]


def test_two_values_stand_side_by_side(net: Network) -> None:
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


def test_merged_records_are_one_and_split_back_are_two(net: Network) -> None:
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


def test_mapped_fields_are_one(net: Network) -> None:
    a, b, _c = net.sites
    equal, differing, empty = (create(net, a, title=each) for each in ("same", "one", "filled"))
    for record, title in ((equal, "same"), (differing, "other"), (empty, None)):
        a.act(a.acts.attach(record, RISK))
        if title:
            put(net, a, record, "title", title, RISK)
    agree(net)
    a.act(a.acts.map_fields((RISK, "title"), (REQ, "title")))
    agree(net)
    assert conflicts(b) == [Conflict("field", differing, REQ, "title", ('"one"', '"other"'))]
    assert value(b, empty, "title", RISK) == "filled"
    put(net, b, differing, "title", "both")
    agree(net)
    assert conflicts(a) == []
    assert (value(a, differing, "title"), value(a, differing, "title", RISK)) == ("both", "both")
    net.tick()
    a.act(a.acts.map_fields((REQ, "title"), (RISK, "title"), confirmed=False))
    agree(net)
    assert (value(b, differing, "title"), value(b, differing, "title", RISK)) == ("both", "both")
    put(net, b, differing, "title", "mine")
    assert value(b, differing, "title", RISK) == "both"


def test_attaching_copies_what_is_mapped(net: Network) -> None:
    a, _b, _c = net.sites
    record = create(net, a, title="T")
    a.act(a.acts.map_fields((REQ, "title"), (RISK, "title")))
    net.tick()
    a.act(a.acts.attach(record, RISK))
    a.act(a.acts.map_fields((REQ, "title"), (RISK, "title"), confirmed=False))
    assert value(a, record, "title", RISK) == "T"


def test_mapping_is_transitive(net: Network) -> None:
    a, _b, _c = net.sites
    record = create(net, a, title="T", name="N")
    a.act(a.acts.map_fields((REQ, "title"), (RISK, "x")))
    a.act(a.acts.map_fields((RISK, "x"), (REQ, "name")))
    assert kinds(a) == ["field"]
    put(net, a, record, "name", "both")
    assert (value(a, record, "title"), value(a, record, "name")) == ("both", "both")


def test_two_insertions_at_one_place_have_one_order_and_room_between_them(net: Network) -> None:
    a, b, _c = net.sites
    parent, children = create(net, a), [create(net, a) for _ in range(8)]
    for at in range(5):
        a.act(a.acts.link_ordered(a.new_id(), parent, children[at], "contains", at=at, properties={}))
    agree(net)
    a.act(a.acts.link_ordered(a.new_id(), parent, children[5], "contains", at=2, properties={}))
    b.act(b.acts.link_ordered(b.new_id(), parent, children[6], "contains", at=2, properties={}))
    agree(net)
    before = [each.id for each in a.acts.siblings(parent, "contains")]
    net.tick()
    written = a.act(a.acts.link_ordered(edge := a.new_id(), parent, children[7], "contains", at=3, properties={}))
    assert written is not None
    agree(net)
    assert [each.payload.type for each in written.operations] == ["RebalanceOrderedEdges", "CreateOrderedEdge"]
    after = b.acts.siblings(parent, "contains")
    assert [each.id for each in after] == [*before[:3], edge, *before[3:]]
    indexes = [each.index or "" for each in after]
    assert indexes == sorted(set(indexes))


def test_moved_here_and_unlinked_there_is_gone(net: Network) -> None:
    a, b, _c = net.sites
    parent, one, other = (create(net, a) for _ in range(3))
    edges = [a.new_id(), a.new_id()]
    for at, child in enumerate((one, other)):
        a.act(a.acts.link_ordered(edges[at], parent, child, "contains", at=at, properties={}))
    agree(net)
    a.act(a.acts.move(edges[0], 1))
    b.act(b.acts.unlink(edges[0]))
    agree(net)
    assert [each.id for each in a.edges] == [edges[1]]
    assert conflicts(a) == []


def test_a_property_of_an_edge_is_a_field(net: Network) -> None:
    a, b, _c = net.sites
    one, other, edge = create(net, a), create(net, a), a.new_id()
    a.act(a.acts.link(edge, one, other, None, {"note": "n"}))
    agree(net)
    a.act(a.acts.set_property(edge, "note", "a"))
    b.act(b.acts.set_property(edge, "note", "b"))
    agree(net)
    assert conflicts(a) == [Conflict("field", edge, field="note", values=('"a"', '"b"'))]
    b.act(b.acts.set_property(edge, "note", "decided"))
    a.act(a.acts.unlink(edge))
    agree(net)
    assert conflicts(b) == [Conflict("deleted_changed", edge)]


def test_an_edge_created_twice_has_the_ends_of_the_first(net: Network) -> None:
    a, b, _c = net.sites
    one, other, third = (create(net, a) for _ in range(3))
    agree(net)
    edge = numbered_id(10**9)
    first = a.act([CreateEdge(edge, one, other, None, {})])
    second = b.act([CreateEdge(edge, other, third, "x", {})])
    assert first is not None
    assert second is not None
    agree(net)
    expected = min((first, second), key=lambda bundle: bundle.operations[0].order).operations[0].payload
    assert isinstance(expected, CreateEdge)
    [shown] = a.edges
    assert (shown.facts.source, shown.facts.target) == (expected.source, expected.target)


def test_three_people_type_in_one_text(net: Network) -> None:
    a, b, c = net.sites
    record = create(net, a)
    a.act(a.acts.type_text(record, REQ, "body", "The pump stops.", 11))
    agree(net)
    a.act(a.acts.type_text(record, REQ, "body", "The old pump stops.", 12))
    b.act(b.acts.type_text(record, REQ, "body", "The pump stops now.", 13))
    c.act(c.acts.type_text(record, REQ, "body", "The pump 😀 stops.", 14))
    agree(net)
    [found] = b.living
    assert found.texts[REQ]["body"] == "The old pump 😀 stops now."
    assert conflicts(b) == []


def test_a_value_in_a_text_and_a_text_in_a_value_do_not_meet(net: Network) -> None:
    """Which of them a column shows is a matter of the schema; neither is lost."""
    a, b, _c = net.sites
    record = create(net, a)
    a.act(a.acts.type_text(record, REQ, "body", "a text", 11))
    put(net, a, record, "body", "a value")
    agree(net)
    [found] = b.living
    assert (found.texts[REQ]["body"], value(b, record, "body")) == ("a text", "a value")


def test_what_never_was_is_no_obstacle(net: Network) -> None:
    a, b, _c = net.sites
    ghost, edge = numbered_id(10**9), numbered_id(10**9 + 1)
    a.act([DeleteEntity(ghost), MoveOrderedEdge(edge, "a0"), SetField(ghost, "edge:x", "note", 1)])
    a.act([SetCRDTField(ghost, REQ, "body", b"no update at all")])
    agree(net)
    assert [each.texts for each in b.living] == [{REQ: {"body": ""}}]


def test_acts_that_cannot_be_done_are_refused(net: Network) -> None:
    a, _b, _c = net.sites
    record, other = create(net, a, title="x"), create(net, a)
    acts = a.acts
    for refused in (
        lambda: acts.set_field(numbered_id(10**9), REQ, "title", 1),
        lambda: acts.set_field(record, RISK, "title", 1),
        lambda: acts.attach(record, REQ),
        lambda: acts.detach(record, RISK),
        lambda: acts.merge(record, record),
        lambda: acts.split_back(record, other),
        lambda: acts.split_off(record, a.new_id(), [RISK]),
        lambda: acts.restore(record),
        lambda: acts.restore(numbered_id(10**9)),
        lambda: acts.link(a.new_id(), record, record, None, {}),
        lambda: acts.unlink(numbered_id(10**9)),
    ):
        with pytest.raises(ActRefused):
            refused()
