"""What rules add to a change: one pass in their order, over what has changed and what that reaches by relations."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from stages.automation.rules.graph import arrows, in_order
from stages.automation.rules.language import NamedRule
from stages.automation.rules.matching import asks_links, is_empty, matches, value_of
from stages.automation.rules.reading import UNDECIDED, Classes, Past, Pending, Reader, class_of
from stages.automation.rules.watching import Key, Path, Watch, opposite, triggers
from stages.registers.fold.values import spell

MAX_IN_A_ROW: Final = 100
MAX_WRITES: Final = 1_000
MAX_SECONDS: Final = 2.0


class LimitReached(Exception):
    """Rules would do too much at once; `limit` is `rules`, `writes` or `seconds`."""

    def __init__(self, limit: str, most: float, rule: NamedRule) -> None:
        self.limit = limit
        self.most = most
        self.rule = rule
        super().__init__(f"more than {most:g} {limit}, at {rule.name}")


@dataclass(frozen=True, slots=True)
class Limits:
    """How many rules set each other off in a row, how many writes they make, and how long they take, in seconds."""

    in_a_row: int = MAX_IN_A_ROW
    writes: int = MAX_WRITES
    seconds: float = MAX_SECONDS
    clock: Callable[[], float] = time.monotonic


@dataclass(slots=True)
class Touched:
    """What has changed: keys at records, and records of which anything may have changed."""

    by_key: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    records: set[str] = field(default_factory=set)

    def note(self, record: str, key: Key, classes: Classes) -> None:
        """Note a key at a record; that of a column is the one of all columns that are one with it."""
        if key.kind != "column":
            self.by_key[key].add(record)
            return
        for one in class_of((key.name, key.column), classes):
            self.by_key[Key("column", *one)].add(record)

    def at(self, key: Key) -> set[str]:
        return self.by_key.get(key, set()) | self.records


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a rule adds at a record: a table that it is put into, and values of columns of a table."""

    rule: NamedRule
    record: str
    table: str
    joins: bool
    values: tuple[tuple[str, Any], ...]

    @property
    def writes(self) -> int:
        return int(self.joins) + len(self.values)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The consequences in their order, and the records in a rule's table that do not fulfil it (any more), by rule."""

    consequences: tuple[Consequence, ...]
    unfulfilled: dict[NamedRule, list[str]]


@dataclass(frozen=True)
class Plan:
    """Rules in their order, ready to be applied. Made by `plan_of`."""

    rules: tuple[NamedRule, ...]
    classes: Classes

    @cached_property
    def triggers(self) -> dict[NamedRule, tuple[Watch, ...]]:
        return {each: tuple(sorted(triggers(each.rule), key=_key_of)) for each in self.rules}

    @cached_property
    def keys(self) -> frozenset[Key]:
        """All keys whose change may concern a rule."""
        return frozenset(watch.key for watches in self.triggers.values() for watch in watches)

    @cached_property
    def before(self) -> dict[NamedRule, tuple[NamedRule, ...]]:
        """For each rule, those that write what it watches."""
        return {each: tuple(found) for each, found in arrows(self.rules, self.classes).items()}

    @cached_property
    def overwriting(self) -> dict[tuple[str, str], list[NamedRule]]:
        """The rules that overwrite a column or one that is one with it, in their order; the first one decides."""
        found: dict[tuple[str, str], list[NamedRule]] = defaultdict(list)
        for each in self.rules:
            for name, _operand in each.rule.overwrite:
                found[min(class_of((each.rule.table, name), self.classes))].append(each)
        return found


def plan_of(rules: Iterable[NamedRule], classes: Classes) -> Plan:
    """Raises `CycleFound`."""
    return Plan(in_order(rules, classes), classes)


def apply_rules(
    plan: Plan, reader: Reader, touched: Touched, limits: Limits = Limits(), past: Past = UNDECIDED
) -> Outcome:
    """What rules add to a change that `reader` has already. Raises `LimitReached`; then nothing is to be written.

    A record that a person took out of a table stays out, and a field that a person emptied stays empty, for each rule
    that the record fulfilled before the change, too.
    """
    return _Pass(plan, reader, touched, limits, past).run()


def apply_to_all(
    rule: NamedRule, reader: Reader, records: Iterable[str], classes: Classes, past: Past = UNDECIDED
) -> Outcome:
    """What a rule adds at records, whatever has changed, without limits."""
    everything = Touched(records=set(records))
    unlimited = Limits(in_a_row=2**53, writes=2**53, seconds=2**53)
    return apply_rules(Plan((rule,), classes), reader, everything, unlimited, past)


class _Pass:
    """One pass over rules in their order."""

    def __init__(self, plan: Plan, reader: Reader, touched: Touched, limits: Limits, past: Past) -> None:
        self.plan = plan
        self.past = past
        self.reader = Pending(reader)
        self.touched = touched
        self.limits = limits
        self.found: list[Consequence] = []
        self.unfulfilled: dict[NamedRule, list[str]] = {}
        self.in_a_row: dict[NamedRule, int] = {}
        self.writes = 0
        self.ends_at = limits.clock() + limits.seconds

    def run(self) -> Outcome:
        for each in self.plan.rules:
            reached = self.reached(each)
            self.reader.prefetch(reached, links=asks_links(each.rule.when))
            self.past.expect(reached)
            for record in sorted(reached):
                self.check_time(each)
                self.evaluate(each, record)
        return Outcome(tuple(self.found), self.unfulfilled)

    def check_time(self, rule: NamedRule) -> None:
        if self.limits.clock() > self.ends_at:
            raise LimitReached("seconds", self.limits.seconds, rule)

    def reached(self, rule: NamedRule) -> set[str]:
        """The records that a rule is about and that a change may concern: each watch, back along its path."""
        found: set[str] = set()
        by_path: dict[Path, set[str]] = defaultdict(set)
        for watch in self.plan.triggers[rule]:
            by_path[watch.path] |= self.touched.at(watch.key)
        for path, records in by_path.items():
            found |= self.back(rule, path, records)
        return found

    def back(self, rule: NamedRule, path: Path, records: Collection[str]) -> set[str]:
        reached = set(records)
        for relation, direction in reversed(path):
            self.check_time(rule)
            self.reader.prefetch(reached, links=True)
            reached = {each for one in reached for each in self.reader.linked(one, relation, opposite(direction))}
        return reached

    def evaluate(self, rule: NamedRule, record: str) -> None:
        if not matches(rule.rule, record, self.reader):
            self.lose(rule, record)
            return
        add_to = rule.rule.add_to
        joins = add_to is not None and not self.reader.is_in(record, add_to)
        if joins:
            assert add_to is not None
            if self.past.was_removed(record, add_to) and self.past.matched(rule, record):
                return
            self.reader.add(record, add_to)
        values = [*self.filled(rule, record), *self.overwritten(rule, record)]
        if joins or values:
            self.write(Consequence(rule, record, rule.rule.table, joins, tuple(values)))

    def lose(self, rule: NamedRule, record: str) -> None:
        """Note a record that may have to leave, and let others overwrite what this rule does not."""
        if rule.rule.add_to is not None and self.reader.is_in(record, rule.rule.add_to):
            self.unfulfilled.setdefault(rule, []).append(record)
        for name, _operand in rule.rule.overwrite:
            self.touched.note(record, Key("column", rule.rule.table, name), self.plan.classes)

    def filled(self, rule: NamedRule, record: str) -> Iterable[tuple[str, Any]]:
        for name, operand in rule.rule.fill:
            value = value_of(operand, rule.rule, record, self.reader)
            if value is None or not is_empty(self.reader.value(record, rule.rule.table, name)):
                continue
            if not (self.past.was_emptied(record, rule.rule.table, name) and self.past.matched(rule, record)):
                yield name, value

    def overwritten(self, rule: NamedRule, record: str) -> Iterable[tuple[str, Any]]:
        for name, operand in rule.rule.overwrite:
            value = value_of(operand, rule.rule, record, self.reader)
            if value is None or spell(self.reader.value(record, rule.rule.table, name)) == spell(value):
                continue
            if not self.is_decided(rule, record, (rule.rule.table, name)):
                yield name, value

    def is_decided(self, rule: NamedRule, record: str, column: tuple[str, str]) -> bool:
        """Whether an earlier rule says what is in a column of this record."""
        one = class_of(column, self.plan.classes)
        others = self.plan.overwriting[min(one)]
        return any(self.decides(each, record, one) for each in others[: others.index(rule)])

    def decides(self, rule: NamedRule, record: str, one: Collection[tuple[str, str]]) -> bool:
        if not self.reader.is_in(record, rule.rule.table) or not matches(rule.rule, record, self.reader):
            return False
        operands = [operand for name, operand in rule.rule.overwrite if (rule.rule.table, name) in one]
        return any(value_of(each, rule.rule, record, self.reader) is not None for each in operands)

    def write(self, consequence: Consequence) -> None:
        rule, record, table = consequence.rule, consequence.record, consequence.table
        before = (self.in_a_row.get(each, 0) for each in self.plan.before[rule])
        self.in_a_row[rule] = 1 + max(before, default=0)
        if self.in_a_row[rule] > self.limits.in_a_row:
            raise LimitReached("rules", self.limits.in_a_row, rule)
        self.writes += consequence.writes
        if self.writes > self.limits.writes:
            raise LimitReached("writes", self.limits.writes, rule)
        if consequence.joins:
            self.touched.note(record, Key("table", table), self.plan.classes)
        for name, value in consequence.values:
            self.reader.set(record, table, name, value)
            self.touched.note(record, Key("column", table, name), self.plan.classes)
        self.found.append(consequence)


def concerns(plan: Plan, keys: Iterable[Key]) -> bool:
    """Whether a change of these keys may concern a rule."""
    return not plan.keys.isdisjoint(keys)


def _key_of(watch: Watch) -> tuple[Path, Key]:
    return watch.path, watch.key
