"""What a rule can say. Tables are named by their facet, columns and relations by their names.

A rule is about the records of its table `scope` that fulfil all conditions of `when`. Null equals nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

# Operators of conditions on columns: `in` takes a list, `empty` takes true or false, the others a value or a column.
IS: Final = "is"
NOT: Final = "not"
IN: Final = "in"
LESS: Final = "less"
MORE: Final = "more"
CONTAINS: Final = "contains"
EMPTY: Final = "empty"
OPERATORS: Final = (IS, NOT, IN, LESS, MORE, CONTAINS, EMPTY)

Direction = Literal["to", "from"]
WhenLost = Literal["propose", "keep"]


@dataclass(frozen=True, slots=True)
class ColumnValue:
    """What the record that the rule is about shows in a column of the rule's scope."""

    column: str


# A value as fields hold it, or a column to take it from.
Operand = Any


@dataclass(frozen=True, slots=True)
class ColumnCondition:
    """A column of the record's table compared with `operand`.

    `is` compares by canonical text, `not` is its negation, `less` and `more` compare numbers with numbers and texts
    with texts (days and times are texts), `contains` looks for a part of a text ignoring case.
    """

    column: str
    operator: str
    operand: Operand


@dataclass(frozen=True, slots=True)
class RelationCondition:
    """At least so many records of `table` are linked that fulfil all conditions of `when`.

    `direction` is `to` where links lead from the record to those others, `from` where they lead to the record.
    """

    relation: str
    direction: Direction
    table: str
    at_least: int = 1
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """`any`: at least one of the conditions is fulfilled. `none`: not one of them is."""

    word: Literal["any", "none"]
    conditions: tuple[Condition, ...]


Condition = ColumnCondition | RelationCondition | Group


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for each record of `scope` that fulfils `when`.

    It is in the table `add_to` too; there, or in `scope` where there is no `add_to`, columns of `fill` get a value if
    they are empty, and those of `overwrite` have their value; a column that is empty gives no value. Of several rules
    that overwrite a column the first one in their order decides. `when_lost` says what happens to a record that the
    rule has added once it fulfils the conditions no more: taking it out is proposed, or it is kept.
    """

    scope: str
    when: tuple[Condition, ...] = ()
    add_to: str | None = None
    fill: tuple[tuple[str, Operand], ...] = ()
    overwrite: tuple[tuple[str, Operand], ...] = ()
    when_lost: WhenLost = "propose"

    @property
    def table(self) -> str:
        """The table in which it fills and overwrites columns."""
        return self.add_to or self.scope


@dataclass(frozen=True, slots=True, order=True)
class NamedRule:
    """A rule as it is saved; rules are ordered by name, then by id."""

    name: str
    id: str
    rule: Rule = field(compare=False)
