"""What rules add, what they read for it, and where they end."""

from __future__ import annotations

from typing import Any

import pytest

from stages.automation.rules.applying import LimitReached, Limits
from stages.automation.rules.graph import find_cycle
from stages.automation.rules.language import NamedRule
from tests.automation.rules.world import Definition, Rules, World, named

CALLED: Definition = {
    "scope": "cues",
    "when": [{"column": "called", "is": True}],
    "add_to": "sm_cues",
    "fill": {"department": "lighting"},
}


def of_names(found: dict[NamedRule, list[str]]) -> dict[str, list[str]]:
    return {rule.name: records for rule, records in found.items()}


def test_a_record_joins_a_table_and_what_is_empty_there_is_filled() -> None:
    world = World()
    world.attach("11", "cues")
    world.attach("12", "cues")
    assert world.settle({"called": CALLED}).consequences == ()
    world.set("11", "cues", "called", True)
    (found,) = world.settle({"called": CALLED}).consequences
    assert (found.rule.name, found.record, found.table, found.joins, found.values) == (
        "called", "11", "sm_cues", True, (("department", "lighting"),)
    )  # fmt: skip
    world.set("11", "sm_cues", "department", "sound")
    assert world.settle({"called": CALLED}).consequences == ()


def test_what_fulfils_a_rule_no_more_is_named_and_stays() -> None:
    world = World()
    world.attach("11", "cues")
    world.set("11", "cues", "called", True)
    world.settle({"called": CALLED})
    world.set("11", "cues", "called", False)
    outcome = world.settle({"called": CALLED})
    assert of_names(outcome.unfulfilled) == {"called": ["11"]}
    assert outcome.consequences == ()
    assert "sm_cues" in world.records["11"]


def test_null_equals_nothing() -> None:
    """Case 14."""
    same: Definition = {
        "scope": "people",
        "when": [{"relation": "knows", "to": "people", "when": [{"column": "mail", "is": {"column": "mail"}}]}],
        "add_to": "twins",
    }
    empty: Definition = {"scope": "people", "when": [{"column": "mail", "empty": True}], "add_to": "unreachable"}
    rules: Rules = {"same": same, "empty": empty}
    world = World()
    for each in ("jane", "joe"):
        world.attach(each, "people")
        world.set(each, "people", "mail", None)
    world.link("knows", "jane", "joe")
    world.settle(rules)
    assert [set(world.records[each]) for each in ("jane", "joe")] == [{"people", "unreachable"}] * 2
    for each in ("jane", "joe"):
        world.set(each, "people", "mail", "both@example.org")
    world.settle(rules)
    assert "twins" in world.records["jane"]
    assert "twins" not in world.records["joe"]


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        ({"is": 1}, 1.0, True),
        ({"is": 1}, True, False),
        ({"is": "1"}, 1, False),
        ({"not": "a"}, "b", True),
        ({"not": "a"}, None, True),
        ({"in": ["a", "b"]}, "b", True),
        ({"in": ["a"]}, None, False),
        ({"less": 3}, 2.5, True),
        ({"less": 3}, "2", False),
        ({"less": "2026-12-01"}, "2026-11-30", True),
        ({"less": 3}, None, False),
        ({"more": 3}, 4, True),
        ({"more": True}, 4, False),
        ({"contains": "DOSE"}, "a dose of", True),
        ({"contains": "dose"}, None, False),
        ({"empty": True}, "", True),
        ({"empty": False}, 0, True),
    ],
)
def test_columns_are_compared(condition: dict[str, Any], value: Any, holds: bool) -> None:
    world = World()
    world.attach("r", "a")
    world.set("r", "a", "p", value)
    world.settle({"rule": {"scope": "a", "when": [{"column": "p", **condition}], "add_to": "b"}})
    assert ("b" in world.records["r"]) == holds


FAR: Definition = {
    "scope": "a",
    "when": [
        {
            "relation": "uses",
            "to": "b",
            "when": [{"relation": "part", "from": "c", "when": [{"column": "p", "is": 1}]}],
        }
    ],
    "add_to": "reached",
}


def test_a_change_is_followed_back_along_relations() -> None:
    world = World()
    for record, table in (("a", "a"), ("b", "b"), ("c", "c")):
        world.attach(record, table)
    world.link("uses", "a", "b")
    world.link("part", "c", "b")
    assert world.settle({"far": FAR}).consequences == ()
    world.set("c", "c", "p", 1)
    assert [each.record for each in world.settle({"far": FAR}).consequences] == ["a"]
    world.link("part", "c", "b", remove=True)
    assert of_names(world.settle({"far": FAR}).unfulfilled) == {"far": ["a"]}


def test_evaluating_costs_by_what_changed() -> None:
    reads = []
    for count in (10, 1_000):
        world = World()
        for number in range(count):
            for table in ("a", "b", "c"):
                world.attach(f"{table}{number}", table)
            world.link("uses", f"a{number}", f"b{number}")
            world.link("part", f"c{number}", f"b{number}")
        rules: Rules = {"far": FAR, **{f"other {number}": {**CALLED, "scope": "x"} for number in range(20)}}
        world.settle(rules)
        world.set("c3", "c", "p", 1)
        world.reads = 0
        assert len(world.settle(rules).consequences) == 1
        reads.append(world.reads)
    assert reads[0] == reads[1] < 30


def test_of_two_rules_that_overwrite_the_first_by_name_decides() -> None:
    one: Definition = {"scope": "a", "when": [{"column": "p", "is": 1}], "overwrite": {"q": "one"}}
    two: Definition = {"scope": "a", "overwrite": {"q": "two"}}
    world = World()
    world.attach("r", "a")
    world.settle({"two": two, "one": one})
    assert world.records["r"]["a"]["q"] == "two"
    world.set("r", "a", "p", 1)
    world.settle({"two": two, "one": one})
    assert world.records["r"]["a"]["q"] == "one"
    world.set("r", "a", "q", "mine")
    world.settle({"two": two, "one": one})
    assert world.records["r"]["a"]["q"] == "one"
    world.set("r", "a", "p", 2)
    world.settle({"two": two, "one": one})
    assert world.records["r"]["a"]["q"] == "two"


def chain(length: int) -> Rules:
    return {
        f"rule {number:03}": {"scope": "a", "when": [{"column": f"c{number}", "is": 1}], "fill": {f"c{number + 1}": 1}}
        for number in range(length)
    }


def test_limits_refuse_all_of_it() -> None:
    for length, refused in ((100, False), (101, True)):
        world = World()
        world.attach("r", "a")
        world.set("r", "a", "c0", 1)
        if not refused:
            assert len(world.settle(chain(length), Limits()).consequences) == length
            continue
        with pytest.raises(LimitReached) as error:
            world.settle(chain(length), Limits())
        assert (error.value.limit, error.value.most, error.value.rule.name) == ("rules", 100, "rule 100")
    world = World()
    for number in range(3):
        world.attach(f"r{number}", "cues")
        world.set(f"r{number}", "cues", "called", True)
    with pytest.raises(LimitReached, match="more than 5 writes"):
        world.settle({"called": CALLED}, Limits(writes=5))
    world.set("r0", "cues", "called", True)
    times = iter([0.0, 1.0, 2.5])
    with pytest.raises(LimitReached, match="more than 2 seconds"):
        world.settle({"called": CALLED, "other": CALLED}, Limits(clock=lambda: next(times)))


def test_a_cycle_is_named_in_the_direction_of_the_arrows_with_its_columns() -> None:
    """Case 15."""
    steps = (("A", "status", "priority"), ("B", "priority", "rank"), ("C", "rank", "status"))
    rules: Rules = {
        name: {"scope": "a", "when": [{"column": watched, "is": 1}], "fill": {written: 1}}
        for name, watched, written in steps
    }
    assert find_cycle(named({name: rules[name] for name in "AB"}), {}) is None
    cycle = find_cycle(named(rules), {})
    assert cycle is not None
    assert cycle.names == ["A", "B", "C", "A"]
    assert [[key.column for key in keys] for keys in cycle.keys] == [["priority"], ["rank"], ["status"]]
    own: Rules = {"own": {"scope": "a", "when": [{"column": "p", "empty": True}], "fill": {"p": 1}}}
    cycle = find_cycle(named(own), {})
    assert cycle is not None
    assert cycle.names == ["own", "own"]


def test_columns_that_are_one_close_a_cycle() -> None:
    rules: Rules = {
        "one": {"scope": "a", "when": [{"column": "p", "is": 1}], "fill": {"q": 1}},
        "two": {"scope": "b", "when": [{"column": "q", "is": 1}], "fill": {"p": 1}},
    }
    one = frozenset([("a", "q"), ("b", "q")])
    both = {**dict.fromkeys(one, one), **dict.fromkeys(other := frozenset([("a", "p"), ("b", "p")]), other)}
    assert find_cycle(named(rules), {}) is None
    assert find_cycle(named(rules), dict.fromkeys(one, one)) is None
    assert find_cycle(named(rules), both) is not None
