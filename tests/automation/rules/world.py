"""Records in memory on which rules are evaluated, with a count of what was read; and a plain evaluation of all rules.

The plain evaluation works on the definitions as JSON, and shares nothing with the code that it is compared with.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from stages.automation.rules.applying import Consequence, Limits, Outcome, Touched, apply_rules, plan_of
from stages.automation.rules.language import Direction, NamedRule
from stages.automation.rules.matching import matches
from stages.automation.rules.parsing import read_rule
from stages.automation.rules.reading import Classes
from stages.automation.rules.watching import Key

Definition = dict[str, Any]
Rules = dict[str, Definition]
PLENTY = Limits(in_a_row=10**6, writes=10**6, seconds=10**6)


def named(rules: Rules) -> list[NamedRule]:
    return [NamedRule(name, name, read_rule(each)) for name, each in rules.items()]


class World:
    """Tables by record and links; `one` are columns that are confirmed to be one."""

    def __init__(self, one: Iterable[tuple[str, str]] = ()) -> None:
        self.records: dict[str, dict[str, dict[str, Any]]] = {}
        self.links: set[tuple[str, str, str]] = set()
        joined = frozenset(one)
        self.classes: Classes = dict.fromkeys(joined, joined)
        self.reads = 0
        self.touched = Touched()
        # What people have decided against rules, and the state when rules were applied last.
        self.removed: set[tuple[str, str]] = set()
        self.emptied: set[tuple[str, str, str]] = set()
        self.before: World | None = None

    # What a bundle does

    def attach(self, record: str, table: str) -> None:
        if table not in self.records.setdefault(record, {}):
            self.records[record][table] = {}
            self.removed.discard((record, table))
            for within, name in self.classes:
                if within == table and (value := self.shown(record, table, name)) is not None:
                    self.records[record][table][name] = value
            self.touched.note(record, Key("table", table), self.classes)

    def detach(self, record: str, table: str) -> None:
        if self.records.get(record, {}).pop(table, None) is not None:
            self.removed.add((record, table))
            self.emptied = {each for each in self.emptied if each[:2] != (record, table)}
            # Columns that were one with those of this table may show something else now.
            self.touched.records.add(record)

    def set(self, record: str, table: str, column: str, value: Any) -> None:
        if table in self.records.get(record, {}):
            for within, name in self.classes.get((table, column), [(table, column)]):
                if within in self.records[record]:
                    self.records[record][within][name] = value
                    is_empty = value in (None, "")
                    (self.emptied.add if is_empty else self.emptied.discard)((record, within, name))
            self.touched.note(record, Key("column", table, column), self.classes)

    def link(self, relation: str, source: str, target: str, *, remove: bool = False) -> None:
        if source == target or {source, target} - self.records.keys():
            return
        (self.links.discard if remove else self.links.add)((relation, source, target))
        self.touched.note(source, Key("relation", relation, "to"), self.classes)
        self.touched.note(target, Key("relation", relation, "from"), self.classes)

    # What is asked

    def is_in(self, record: str, table: str) -> bool:
        self.reads += 1
        return table in self.records.get(record, {})

    def shown(self, record: str, table: str, column: str) -> Any:
        tables = self.records.get(record, {})
        if table not in tables:
            return None
        one = sorted(self.classes.get((table, column), [(table, column)]))
        found = (tables[within].get(name) for within, name in one if within in tables)
        return next((each for each in found if each is not None), None)

    def value(self, record: str, table: str, column: str) -> Any:
        self.reads += 1
        return self.shown(record, table, column)

    def kept(self, record: str, table: str, column: str) -> Any:
        return None

    def linked(self, record: str, relation: str, direction: Direction) -> list[str]:
        self.reads += 1
        near, far = (1, 2) if direction == "to" else (2, 1)
        return sorted(each[far] for each in self.links if each[0] == relation and each[near] == record)

    def prefetch(self, records: Collection[str], *, links: bool) -> None:
        """Everything is here."""

    # What was decided

    def expect(self, records: Collection[str]) -> None:
        """Everything is here."""

    def matched(self, rule: NamedRule, record: str) -> bool:
        return self.before is not None and matches(rule.rule, record, self.before)

    def was_removed(self, record: str, table: str) -> bool:
        return (record, table) in self.removed

    def was_emptied(self, record: str, table: str, column: str) -> bool:
        one = self.classes.get((table, column), [(table, column)])
        return any((record, *each) in self.emptied for each in one)

    # What rules do

    def settle(self, rules: Rules, limits: Limits = PLENTY) -> Outcome:
        """Apply rules to what has changed since the last time."""
        touched, self.touched = self.touched, Touched()
        outcome = apply_rules(plan_of(named(rules), self.classes), self, touched, limits, self)
        for each in outcome.consequences:
            self.take(each)
        self.settled()
        return outcome

    def take(self, consequence: Consequence) -> None:
        if consequence.joins:
            self.attach(consequence.record, consequence.table)
        for name, value in consequence.values:
            self.set(consequence.record, consequence.table, name, value)

    def settled(self) -> None:
        """What follows is the next bundle."""
        self.touched, self.before = Touched(), None
        self.before = self.copy()

    def copy(self) -> World:
        return copy.deepcopy(self)


def evaluate_plainly(world: World, rules: Rules) -> None:
    """All rules over all records, in an order in which no rule writes what an earlier one watches."""
    done: list[str] = []
    while len(done) < len(rules):
        name = next(
            each
            for each in sorted(rules.keys() - set(done))
            if not any(written(rules[other], world) & watched(rules[each], world) for other in rules.keys() - set(done))
        )
        done.append(name)
    for name in done:
        rule = rules[name]
        for record in sorted(world.records):
            if fulfils(world, rule, record):
                follow(world, rules, done, name, record)


def follow(world: World, rules: Rules, order: list[str], name: str, record: str) -> None:
    rule = rules[name]
    table: str = rule.get("add_to") or rule["scope"]
    has_matched = world.before is not None and fulfils(world.before, rule, record)
    if has_matched and (record, table) in world.removed:
        return
    world.attach(record, table)
    for column, operand in rule.get("fill", {}).items():
        value = value_of(world, operand, rule, record)
        one = world.classes.get((table, column), [(table, column)])
        if has_matched and any((record, *each) in world.emptied for each in one):
            continue
        if value is not None and world.shown(record, table, column) in (None, ""):
            world.set(record, table, column, value)
    for column, operand in rule.get("overwrite", {}).items():
        value = value_of(world, operand, rule, record)
        earlier = [rules[each] for each in order[: order.index(name)]]
        if value is not None and not any(overwrites(world, each, (table, column), record) for each in earlier):
            world.set(record, table, column, value)


def overwrites(world: World, rule: Definition, column: tuple[str, str], record: str) -> bool:
    table = rule.get("add_to", rule["scope"])
    one = world.classes.get(column, [column])
    return fulfils(world, rule, record) and any(
        (table, name) in one and value_of(world, operand, rule, record) is not None
        for name, operand in rule.get("overwrite", {}).items()
    )


def fulfils(world: World, rule: Definition, record: str) -> bool:
    if rule["scope"] not in world.records.get(record, {}):
        return False
    return all(holds(world, each, rule, record, record, rule["scope"]) for each in rule.get("when", []))


def holds(world: World, condition: Definition, rule: Definition, about: str, record: str, table: str) -> bool:
    if "any" in condition:
        return any(holds(world, each, rule, about, record, table) for each in condition["any"])
    if "none" in condition:
        return not any(holds(world, each, rule, about, record, table) for each in condition["none"])
    if "relation" in condition:
        other = condition.get("to") or condition["from"]
        pairs = [(s, t) if "to" in condition else (t, s) for r, s, t in world.links if r == condition["relation"]]
        found = {
            far
            for near, far in pairs
            if near == record
            and other in world.records.get(far, {})
            and all(holds(world, each, rule, about, far, other) for each in condition.get("when", []))
        }
        return len(found) >= int(condition.get("at_least", 1))
    value = world.shown(record, table, condition["column"])
    operator = next(each for each in condition if each != "column")
    operand = condition[operator]
    if operator == "empty":
        return (value in (None, "")) is operand
    if operator == "in":
        return any(value is not None and value == value_of(world, each, rule, about) for each in operand)
    wanted = value_of(world, operand, rule, about)
    same = value is not None and wanted is not None and type(value) is type(wanted) and value == wanted
    comparable = isinstance(value, int) and isinstance(wanted, int)
    return {"is": same, "not": not same, "less": comparable and value < wanted, "more": comparable and value > wanted}[
        operator
    ]


def value_of(world: World, operand: Any, rule: Definition, about: str) -> Any:
    if isinstance(operand, dict):
        found = world.shown(about, rule["scope"], operand["column"])
        return None if found == "" else found
    return operand


def watched(rule: Definition, world: World) -> set[Any]:
    found: set[Any] = {rule["scope"]}
    found.update(_watched(rule.get("when", []), rule, rule["scope"]))
    operands = [*rule.get("fill", {}).values(), *rule.get("overwrite", {}).values()]
    found.update((rule["scope"], each["column"]) for each in operands if isinstance(each, dict))
    return found | {one for each in found for one in world.classes.get(each, ())}


def _watched(conditions: list[Definition], rule: Definition, table: str) -> Iterator[Any]:
    for each in conditions:
        yield from _watched(each.get("any", []) + each.get("none", []), rule, table)
        if "relation" in each:
            other = each.get("to") or each["from"]
            yield other
            yield from _watched(each.get("when", []), rule, other)
        if "column" in each:
            yield (table, each["column"])
            operands = [*each.values(), *each.get("in", [])]
            yield from ((rule["scope"], it["column"]) for it in operands if isinstance(it, dict))


def written(rule: Definition, world: World) -> set[Any]:
    table = rule.get("add_to", rule["scope"])
    found: set[Any] = {(table, each) for each in [*rule.get("fill", {}), *rule.get("overwrite", {})]}
    found |= {one for each in found for one in world.classes.get(each, ())}
    return found | ({rule["add_to"]} if "add_to" in rule else set())
