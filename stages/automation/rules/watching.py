"""What a rule watches and what it writes, as keys: memberships of tables, columns, and relations.

Columns that are confirmed to be one are one here, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from stages.automation.rules.language import (
    ColumnCondition,
    ColumnValue,
    Condition,
    Direction,
    Group,
    RelationCondition,
    Rule,
)
from stages.automation.rules.reading import Classes, class_of


class Key(NamedTuple):
    """A `table` by its facet, a `column` of it, or a `relation` by its type: links `to` others, or `from` others."""

    kind: str
    name: str
    column: str = ""


# The relations from the record that a rule is about to another one, in order.
Path = tuple[tuple[str, Direction], ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """A key that a rule watches at the records that `path` leads to from the one that it is about."""

    path: Path
    key: Key


def opposite(direction: Direction) -> Direction:
    return "from" if direction == "to" else "to"


def watches(rule: Rule) -> frozenset[Watch]:
    """All that decides whether a record fulfils a rule, and which values it gets."""
    found = {Watch((), Key("table", rule.scope))}
    found.update(_watched(rule.when, rule, rule.scope, ()))
    for _name, operand in (*rule.fill, *rule.overwrite):
        found.update(_operand(operand, rule))
    return frozenset(found)


def triggers(rule: Rule) -> frozenset[Watch]:
    """What makes a rule be evaluated again: what it watches, and what it keeps as it says."""
    found = {Watch((), Key("column", rule.table, name)) for name, _operand in (*rule.fill, *rule.overwrite)}
    if rule.add_to is not None:
        found.add(Watch((), Key("table", rule.add_to)))
    return watches(rule) | found


def watched_keys(rule: Rule, classes: Classes) -> frozenset[Key]:
    return expanded((each.key for each in watches(rule)), classes)


def written_keys(rule: Rule, classes: Classes) -> frozenset[Key]:
    """What a rule changes: the membership of a table, and columns with all that are one with them."""
    found = {Key("column", rule.table, name) for name, _operand in (*rule.fill, *rule.overwrite)}
    if rule.add_to is not None:
        found.add(Key("table", rule.add_to))
    return expanded(found, classes)


def expanded(keys: Iterable[Key], classes: Classes) -> frozenset[Key]:
    """Keys with those of all columns that are one with theirs; a relation is one key whichever end asks."""
    found: set[Key] = set()
    for each in keys:
        if each.kind == "column":
            found.update(Key("column", *one) for one in class_of((each.name, each.column), classes))
        else:
            found.add(Key(each.kind, each.name))
    return frozenset(found)


def _watched(conditions: Iterable[Condition], rule: Rule, table: str, path: Path) -> Iterator[Watch]:
    for each in conditions:
        match each:
            case ColumnCondition(column, operator, operand):
                yield Watch(path, Key("column", table, column))
                for one in operand if operator == "in" else (operand,):
                    yield from _operand(one, rule)
            case Group(_, inner):
                yield from _watched(inner, rule, table, path)
            case RelationCondition(relation, direction, other, _, inner):
                yield Watch(path, Key("relation", relation, direction))
                further = (*path, (relation, direction))
                yield Watch(further, Key("table", other))
                yield from _watched(inner, rule, other, further)


def _operand(operand: object, rule: Rule) -> Iterator[Watch]:
    if isinstance(operand, ColumnValue):
        yield Watch((), Key("column", rule.scope, operand.column))
