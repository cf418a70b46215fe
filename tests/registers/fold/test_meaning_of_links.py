"""What mappings, links, order and texts mean: people who are cut off from each other, and meet again."""

from __future__ import annotations

import pytest

from stages.registers.fold.acts import ActRefused
from stages.registers.fold.payloads import CreateEdge, DeleteEntity, MoveOrderedEdge, SetCRDTField, SetField
from stages.registers.fold.views import Conflict
from tests.registers.fold.meetings import REQ, RISK, agree, conflicts, create, kinds, put, value
from tests.registers.fold.network import Network
from tests.registers.fold.writing import numbered_id


def test_mapped_fields_are_one(net: Network) -> None:
    """Case 27."""
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
    """Case 30."""
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
