"""What the history of a record says: who changed what into what, and what they had not seen."""

from __future__ import annotations

import pytest

from stages.registers.reading import changes
from stages.registers.reading.history import Entry, history_of, operations_of
from tests.registers.fold.meetings import REQ, RISK, agree, create, put
from tests.registers.fold.network import Network, Replica


@pytest.fixture
def net() -> Network:
    made = Network(3)
    made.tick()
    return made


def entries(site: Replica, record: str) -> list[Entry]:
    found = site.storage.records.get(record)
    assert found is not None
    return list(history_of(operations_of(site.storage, found.facts)).entries)


def kinds(site: Replica, record: str) -> list[list[str]]:
    return [[change.kind for change in entry.changes] for entry in entries(site, record)]


def test_it_begins_with_the_creation_and_its_values(net: Network) -> None:
    a, *_others = net.sites
    record = create(net, a, title="Pump stops", prio=2)
    assert kinds(a, record) == [["created", "attached", "set", "set"]]
    (entry,) = entries(a, record)
    assert [(each.field, each.after, each.was_set) for each in entry.changes[2:]] == [
        ("title", "Pump stops", False),
        ("prio", 2, False),
    ]


def test_a_change_names_what_it_replaced(net: Network) -> None:
    a, b, _c = net.sites
    record = create(net, a, within="48 h")
    agree(net)
    put(net, b, record, "within", "24 h")
    agree(net)
    newest = entries(a, record)[0]
    assert (newest.site, newest.changes[0].before, newest.changes[0].after) == (b.site_key, "48 h", "24 h")
    assert newest.changes[0].not_seen == ()


def test_two_who_had_not_seen_each_other_say_so(net: Network) -> None:
    a, b, _c = net.sites
    record = create(net, a, within="48 h")
    agree(net)
    put(net, a, record, "within", "24 h")
    put(net, b, record, "within", "12 h")
    agree(net)
    later, earlier, _made = entries(a, record)
    assert [each.value for each in later.changes[0].not_seen] == ["24 h"]
    assert [each.value for each in earlier.changes[0].not_seen] == ["12 h"]
    assert later.changes[0].before == earlier.changes[0].before == "48 h"


def test_an_emptied_cell_has_its_row(net: Network) -> None:
    """Acceptance case 9."""
    a, *_others = net.sites
    record = create(net, a, title="x")
    put(net, a, record, "title", None)
    (change,) = entries(a, record)[0].changes
    assert (change.kind, change.before, change.after) == ("set", "x", None)


def test_deleting_restoring_and_linking_are_in_it(net: Network) -> None:
    """Acceptance case 8, as far as it is about the history."""
    a, *_others = net.sites
    record, risk = create(net, a, title="x"), create(net, a, facet=RISK, title="r")
    edge = a.new_id()
    a.act(a.acts.link(edge, record, risk, "mitigates", {}))
    net.tick()
    a.act(a.acts.delete(record))
    net.tick()
    a.act(a.acts.restore(record))
    assert kinds(a, record)[:3] == [["restored"], ["deleted"], ["linked"]]
    (linked,) = entries(a, record)[2].changes
    assert linked.link == changes.LinkEnds(edge, "mitigates", record, risk)
    assert kinds(a, risk)[0] == ["linked"]


def test_a_decision_is_one(net: Network) -> None:
    a, b, _c = net.sites
    record = create(net, a, status="new")
    agree(net)
    put(net, a, record, "status", "blocked")
    put(net, b, record, "status", "done")
    agree(net)
    a.act(a.acts.resolve(record, REQ, "status", "done"))
    (change,) = entries(a, record)[0].changes
    assert (change.kind, change.after, change.instead) == ("decided", "done", ("blocked",))


def test_typing_without_a_pause_is_one_entry(net: Network) -> None:
    a, *_others = net.sites
    record = create(net, a, title="x")
    for text in ("Grade", "Grade 4", "Grade 4 ends"):
        net.tick(2_000)
        a.act(a.acts.type_text(record, REQ, "body", text, next(a.client_ids)))
    net.tick(3_600_000)
    a.act(a.acts.type_text(record, REQ, "body", "Grade 4 ends it", next(a.client_ids)))
    later, typed, _made = entries(a, record)
    assert (typed.changes[0].before, typed.changes[0].after) == ("", "Grade 4 ends")
    assert (later.changes[0].before, later.changes[0].after) == ("Grade 4 ends", "Grade 4 ends it")


def test_pages_of_it_follow_each_other(net: Network) -> None:
    a, *_others = net.sites
    record = create(net, a, prio=0)
    for prio in range(1, 8):
        put(net, a, record, "prio", prio)
    operations = operations_of(a.storage, a.records[0].facts)
    first = history_of(operations, limit=3)
    second = history_of(operations, limit=50, before=first.older)
    assert [each.changes[0].after for each in first.entries] == [7, 6, 5]
    assert [each.changes[-1].after for each in second.entries] == [4, 3, 2, 1, 0]
    assert second.older is None


def test_merging_brings_both_histories(net: Network) -> None:
    a, *_others = net.sites
    one, other = create(net, a, title="S"), create(net, a, title="A")
    a.act(a.acts.merge(one, other))
    assert kinds(a, one) == [["merged"], ["created", "attached", "set"], ["created", "attached", "set"]]
