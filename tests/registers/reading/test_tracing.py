"""When a link is suspect, and which rows of the matrix are gaps (acceptance case 43)."""

from __future__ import annotations

import pytest

from stages.registers.fold.effects import Key, Subject
from stages.registers.fold.payloads import SetField
from stages.registers.reading.matrix import End, Link, State, build
from stages.registers.reading.tracing import Touch, confirmations, last_confirmations, unseen
from tests.registers.fold.meetings import agree, create, put
from tests.registers.fold.network import Network, Replica

TEST = "tests"


@pytest.fixture
def net() -> Network:
    made = Network(3)
    made.tick()
    return made


def link(net: Network, site: Replica, source: str, target: str) -> str:
    edge = site.new_id()
    net.tick()
    site.act(site.acts.link(edge, source, target, "verifies", {}))
    return edge


def confirm(net: Network, site: Replica, edge: str) -> None:
    net.tick()
    site.act([SetField(edge, "edge:verifies", "confirmed", True)])


def touches(site: Replica, *records: str, field: str = "title") -> list[Touch]:
    found = []
    for record in records:
        shown = site.storage.records.get(record)
        assert shown is not None
        for raw, tips in shown.facts.tips.items():
            if raw.name == field:
                found += [Touch(record, raw.facet, raw.name, tip.site, tip.hlc, tip.op_id) for tip in tips]
    return found


def is_suspect(site: Replica, edge: str, *records: str) -> bool:
    operations = site.storage.operations_on(Key("life", Subject("edge", edge)))
    return bool(unseen(touches(site, *records), last_confirmations(operations, undoes(site))))


def undoes(site: Replica) -> dict[str, str]:
    found = {each.header.bundle_id: each.header.undoes for each in site.storage.lacking({})}
    return {bundle: undone for bundle, undone in found.items() if undone}


def test_a_change_of_a_traced_field_makes_a_link_suspect_until_it_is_confirmed(net: Network) -> None:
    a, b, _c = net.sites
    requirement, test = create(net, a, title="x", prio=1), create(net, a, facet=TEST, title="t")
    edge = link(net, a, test, requirement)
    assert not is_suspect(a, edge, requirement, test)
    put(net, a, requirement, "prio", 2)
    assert not is_suspect(a, edge, requirement, test)
    put(net, a, requirement, "title", "y")
    assert is_suspect(a, edge, requirement, test)
    agree(net)
    confirm(net, b, edge)
    agree(net)
    assert not any(is_suspect(site, edge, requirement, test) for site in net.sites)


def test_whoever_confirms_without_having_seen_a_change_confirms_nothing_of_it(net: Network) -> None:
    a, b, _c = net.sites
    requirement, test = create(net, a, title="x"), create(net, a, facet=TEST, title="t")
    edge = link(net, a, test, requirement)
    agree(net)
    put(net, a, requirement, "title", "y")
    confirm(net, b, edge)
    agree(net)
    assert all(is_suspect(site, edge, requirement, test) for site in net.sites)


def test_undo_of_a_second_confirmation_gives_back_the_first(net: Network) -> None:
    a, *_others = net.sites
    requirement, test = create(net, a, title="x"), create(net, a, facet=TEST, title="t")
    edge = link(net, a, test, requirement)
    confirm(net, a, edge)
    put(net, a, requirement, "title", "y")
    confirm(net, a, edge)
    assert not is_suspect(a, edge, requirement, test)
    net.tick()
    assert a.undo() is not None
    assert is_suspect(a, edge, requirement, test)
    net.tick()
    assert a.redo() is not None
    assert not is_suspect(a, edge, requirement, test)


def test_two_who_confirm_apart_both_count(net: Network) -> None:
    a, b, _c = net.sites
    requirement, test = create(net, a, title="x"), create(net, a, facet=TEST, title="t")
    edge = link(net, a, test, requirement)
    agree(net)
    put(net, a, requirement, "title", "y")
    confirm(net, a, edge)
    confirm(net, b, edge)
    agree(net)
    assert not is_suspect(b, edge, requirement, test)
    operations = b.storage.operations_on(Key("life", Subject("edge", edge)))
    assert [each.made for each in confirmations(operations, undoes(b))] == [False, False, True]


def test_the_matrix_counts_gaps_suspect_and_confirmed_rows() -> None:
    rows = [End(f"r{at}", f"REQ-{at}", "") for at in range(20)]
    columns = [End(f"t{at}", f"TST-{at}", "") for at in range(15)]
    links = [Link(f"e{at}", f"r{at}", f"t{at % 15}", suspect=at in (3, 4)) for at in range(17)]
    made = build(rows, columns, [*links, Link("x", "elsewhere", "t1"), Link("again", "r5", "t5")])
    assert (made.coverage.confirmed, made.coverage.suspect, made.coverage.gaps) == (15, 2, 3)
    assert (made.coverage.percent, made.coverage.suspect_percent, made.coverage.gap_percent) == (75.0, 10.0, 15.0)
    assert [row.end.key for row in made.only(State.GAP).rows] == ["REQ-17", "REQ-18", "REQ-19"]
    assert made.rows[5].marks[0].edges == ("again", "e5")
    assert made.only(State.GAP, State.SUSPECT).coverage == made.coverage


def test_rows_are_found_by_words_of_key_and_text() -> None:
    rows = [End("a", "REQ-1", "The pump stops"), End("b", "REQ-12", "The alarm sounds"), End("c", "REQ-2", "")]
    made = build(rows, [], [])
    assert [row.end.key for row in made.rows_like("req-1").rows] == ["REQ-1", "REQ-12"]
    assert [row.end.key for row in made.rows_like("ALARM 12").rows] == ["REQ-12"]
    assert made.rows_like("nothing").coverage == made.coverage


def test_one_gap_of_many_is_not_everything() -> None:
    rows = [End(f"r{at}", "", "") for at in range(5_000)]
    links = [Link(f"e{at}", f"r{at}", "t") for at in range(4_999)]
    assert build(rows, [End("t", "", "")], links).coverage.percent == 99.9
