"""Whether a record fulfils what a rule asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from stages.automation.rules.language import (
    ColumnCondition,
    ColumnValue,
    Condition,
    Group,
    Operand,
    RelationCondition,
    Rule,
)
from stages.automation.rules.reading import Reader
from stages.registers.fold.values import spell


def matches(rule: Rule, record: str, reader: Reader) -> bool:
    """Whether a record is in the scope of a rule and fulfils its conditions."""
    return reader.is_in(record, rule.scope) and _Matching(rule, record, reader).all(rule.when, record, rule.scope)


def value_of(operand: Operand, rule: Rule, record: str, reader: Reader) -> Any:
    """The value that an operand has for the record that the rule is about; None where a column is empty."""
    if isinstance(operand, ColumnValue):
        found = reader.value(record, rule.scope, operand.column)
        return None if is_empty(found) else found
    return operand


def asks_links(conditions: Iterable[Condition]) -> bool:
    """Whether one of these conditions asks for links of the record itself."""
    return any(
        isinstance(each, RelationCondition) or (isinstance(each, Group) and asks_links(each.conditions))
        for each in conditions
    )


def is_empty(value: Any) -> bool:
    return value is None or value == ""


class _Matching:
    """Conditions for one record that a rule is about."""

    def __init__(self, rule: Rule, about: str, reader: Reader) -> None:
        self.rule = rule
        self.about = about
        self.reader = reader

    def all(self, conditions: Iterable[Condition], record: str, table: str) -> bool:
        return all(self.holds(each, record, table) for each in conditions)

    def holds(self, condition: Condition, record: str, table: str) -> bool:
        match condition:
            case ColumnCondition(column, operator, operand):
                return self.compare(self.reader.value(record, table, column), operator, operand)
            case Group("any", conditions):
                return any(self.holds(each, record, table) for each in conditions)
            case Group(_, conditions):
                return not any(self.holds(each, record, table) for each in conditions)
            case RelationCondition():
                return self.is_linked(condition, record)

    def is_linked(self, condition: RelationCondition, record: str) -> bool:
        """Whether enough records are linked; the rest is not read then."""
        found = dict.fromkeys(self.reader.linked(record, condition.relation, condition.direction))
        missing = condition.at_least
        if len(found) < missing:
            return False
        self.reader.prefetch(found, links=asks_links(condition.when))
        for each in found:
            if self.reader.is_in(each, condition.table) and self.all(condition.when, each, condition.table):
                missing -= 1
                if missing == 0:
                    return True
        return False

    def compare(self, value: Any, operator: str, operand: Operand) -> bool:
        if operator == "empty":
            return is_empty(value) is operand
        if operator == "in":
            return any(_equals(value, self.value(each)) for each in operand)
        return _COMPARISONS[operator](value, self.value(operand))

    def value(self, operand: Operand) -> Any:
        return value_of(operand, self.rule, self.about, self.reader)


def _contains(value: Any, part: Any) -> bool:
    return isinstance(value, str) and isinstance(part, str) and part.casefold() in value.casefold()


def _equals(one: Any, other: Any) -> bool:
    """Whether two values are the same one; null equals nothing, 1 equals 1.0."""
    if one is None or other is None:
        return False
    if _is_number(one) and _is_number(other):
        return bool(one == other)
    return spell(one) == spell(other)


def _is_less(one: Any, other: Any) -> bool:
    if (_is_number(one) and _is_number(other)) or (isinstance(one, str) and isinstance(other, str)):
        return bool(one < other)
    return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "is": _equals,
    "not": lambda value, other: not _equals(value, other),
    "less": _is_less,
    "more": lambda value, other: _is_less(other, value),
    "contains": _contains,
}
