"""Rules on random bundles: as a plain evaluation of all rules over all records, in any order of saving them."""

from __future__ import annotations

import itertools
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stages.automation.rules.graph import arrows, find_cycle
from tests.automation.rules.world import Definition, Rules, World, evaluate_plainly, named
from tests.exploring import examples

TABLES = ("a", "b", "c")
COLUMNS = ("p", "q", "r")
RELATIONS = ("uses",)
RECORDS = tuple(f"r{number}" for number in range(4))
VALUES = st.sampled_from([1, 2, "x"])
OPERANDS = VALUES | st.sampled_from(COLUMNS).map(lambda name: {"column": name})


@st.composite
def conditions(draw: Any, depth: int = 2) -> Definition:
    kind = draw(st.sampled_from(["column", "column", "relation", "relation", "any", "none"] if depth else ["column"]))
    if kind in ("any", "none"):
        return {kind: draw(st.lists(conditions(depth - 1), min_size=1, max_size=2))}
    if kind == "relation":
        return {
            "relation": draw(st.sampled_from(RELATIONS)),
            draw(st.sampled_from(["to", "from"])): draw(st.sampled_from(TABLES)),
            "at_least": draw(st.sampled_from([1, 1, 2])),
            "when": draw(st.lists(conditions(depth - 1), max_size=1)),
        }
    operator = draw(st.sampled_from(["is", "not", "in", "less", "more", "empty"]))
    operand: Any = draw(OPERANDS)
    if operator == "empty":
        operand = draw(st.booleans())
    elif operator == "in":
        operand = [operand, draw(VALUES)]
    return {"column": draw(st.sampled_from(COLUMNS)), operator: operand}


@st.composite
def definitions(draw: Any) -> Definition:
    scope, add_to = draw(st.permutations(TABLES))[:2]
    columns = draw(st.sampled_from([("p", "q"), ("q", "r"), ("r", "p")]))
    rule = {
        "scope": scope,
        "when": draw(st.lists(conditions(), max_size=1)),
        "fill": {columns[0]: draw(OPERANDS)} if draw(st.booleans()) else {},
        "overwrite": {columns[1]: draw(OPERANDS)} if draw(st.booleans()) else {},
    }
    if draw(st.booleans()) or not (rule["fill"] or rule["overwrite"]):
        rule["add_to"] = add_to
    return rule


MAPPED = st.sampled_from([(), (("a", "p"), ("b", "q")), (("a", "r"), ("b", "r"), ("c", "p"))])
STEPS = st.tuples(
    st.sampled_from(["attach", "detach", "set", "set", "set", "link", "link", "unlink"]),
    st.sampled_from(RECORDS),
    st.sampled_from(RECORDS),
    st.sampled_from(TABLES),
    st.sampled_from(COLUMNS),
    VALUES | st.none() | st.just(""),
    st.sampled_from(RELATIONS),
)
BUNDLES = st.lists(st.lists(STEPS, min_size=2, max_size=3), min_size=5, max_size=8)


def without_cycles(found: list[Definition], world: World) -> Rules:
    """The rules that can be saved one after the other."""
    rules: Rules = {}
    for number, each in enumerate(found):
        wanted = {**rules, f"rule {number}": each}
        if find_cycle(named(wanted), world.classes) is None:
            rules = wanted
    return rules


def begin(world: World) -> None:
    """Some records and links, so that few steps make a difference."""
    for number, record in enumerate(RECORDS):
        world.attach(record, TABLES[number % 3])
        world.set(record, TABLES[number % 3], COLUMNS[number % 2], 1)
    for source, target in itertools.pairwise(RECORDS):
        world.link("uses", source, target)


def do(world: World, step: tuple[Any, ...]) -> None:
    act, record, other, table, column, value, relation = step
    match act:
        case "attach":
            world.attach(record, table)
        case "detach":
            world.detach(record, table)
        case "set":
            world.set(record, table, column, value)
        case _:
            world.link(relation, record, other, remove=act == "unlink")


@given(st.lists(definitions(), min_size=4, max_size=6), MAPPED, BUNDLES)
@settings(max_examples=examples(150))
def test_rules_add_what_a_plain_evaluation_of_all_rules_over_all_records_adds(
    found: list[Definition], mapped: Any, bundles: list[list[Any]]
) -> None:
    world = World(mapped)
    begin(world)
    rules = without_cycles(found, world)
    world.settle(rules)
    for bundle in bundles:
        for step in bundle:
            do(world, step)
        plain = world.copy()
        evaluate_plainly(plain, rules)
        world.settle(rules)
        assert world.records == plain.records
        # What has settled stays as it is.
        plain.settled()
        evaluate_plainly(plain, rules)
        assert world.records == plain.records


@given(st.lists(definitions(), min_size=4, max_size=6), MAPPED, BUNDLES, st.randoms(use_true_random=False))
@settings(max_examples=examples(50))
def test_the_order_in_which_rules_are_saved_makes_no_difference(
    found: list[Definition], mapped: Any, bundles: list[list[Any]], chance: random.Random
) -> None:
    world = World(mapped)
    rules = without_cycles(found, world)
    begin(world)
    names = list(rules)
    chance.shuffle(names)
    shuffled, other = {each: rules[each] for each in names}, world.copy()
    for bundle in bundles:
        for step in bundle:
            do(world, step)
            do(other, step)
        assert world.settle(rules) == other.settle(shuffled)
    assert world.records == other.records


GRAPHS = st.integers(1, 7).flatmap(
    lambda size: st.sets(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=2 * size).map(
        lambda edges: (size, edges)
    )
)


@given(GRAPHS)
@settings(max_examples=examples(300))
def test_a_cycle_is_found_exactly_if_there_is_one(graph: tuple[int, set[tuple[int, int]]]) -> None:
    size, edges = graph
    rules: Rules = {}
    for node in range(size):
        rules[str(node)] = {
            "scope": "t",
            "when": [{"column": f"{a}-{b}", "empty": False} for a, b in sorted(edges) if b == node],
            "fill": {"end": 1} | {f"{a}-{b}": 1 for a, b in sorted(edges) if a == node},
        }
    reach = set(edges)
    for between, one, other in itertools.product(range(size), repeat=3):
        if (one, between) in reach and (between, other) in reach:
            reach.add((one, other))
    cycle = find_cycle(named(rules), {})
    assert (cycle is not None) == any((node, node) in reach for node in range(size))
    if cycle is not None:
        steps = list(itertools.pairwise(map(int, cycle.names)))
        assert set(steps) <= edges
        assert cycle.names[0] == cycle.names[-1]
        assert len(set(cycle.names)) == len(cycle.names) - 1
        assert [[key.column for key in keys] for keys in cycle.keys] == [[f"{a}-{b}"] for a, b in steps]


def test_arrows_do_not_depend_on_the_order_of_rules() -> None:
    rules = named({name: {"scope": "t", "fill": {name: {"column": other}}} for name, other in ("ab", "bc", "cd")})
    found = {tuple((each.name, *(before.name for before in arrows(order, {})[each])) for each in arrows(order, {}))
             for order in itertools.permutations(rules)}  # fmt: skip
    assert found == {(("a", "b"), ("b", "c"), ("c",))}
