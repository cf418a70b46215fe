"""Definitions of rules, read strictly from JSON: every member that is unknown or wrong is named with its path.

{"scope": "cues", "when": [{"column": "called", "is": true}], "add_to": "sm_cues",
 "fill": {"department": "lighting"}}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from stages.automation.rules.language import (
    EMPTY,
    IN,
    OPERATORS,
    ColumnCondition,
    ColumnValue,
    Condition,
    Direction,
    Group,
    Operand,
    RelationCondition,
    Rule,
    WhenLost,
)
from stages.registers.fold.errors import Malformed
from stages.registers.fold.members import check_name
from stages.registers.fold.values import check_value

MAX_CONDITIONS: Final = 100
MAX_RELATIONS: Final = 3
MAX_GROUPS: Final = 8
MAX_COLUMNS: Final = 100
MAX_VALUES: Final = 500
MAX_AT_LEAST: Final = 10_000

_MEMBERS: Final = ("scope", "when", "add_to", "fill", "overwrite", "when_lost")
_RELATION_MEMBERS: Final = ("relation", "to", "from", "at_least", "when")
_DIRECTIONS: Final[tuple[Direction, ...]] = ("to", "from")
_NAMED: Final = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at `path`, such as `when.0.is`; `template` and `facts` are its words."""

    path: str
    template: str
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return self.template.format(**self.facts)


class InvalidRule(ValueError):
    """A definition that cannot be read, with all that is wrong in it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{each.path}: {each.words}" for each in problems))


def read_rule(value: object) -> Rule:
    """The rule of a JSON object. Raises `InvalidRule`."""
    reading = _Reading()
    rule = reading.rule(value)
    if reading.problems or rule is None:
        raise InvalidRule(tuple(reading.problems))
    return rule


class _Reading:
    """Reads one definition; a part that is wrong is noted and left out."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.conditions = 0

    def note(self, path: str, template: str, **facts: object) -> None:
        self.problems.append(Problem(path, template, facts))

    def rule(self, value: object) -> Rule | None:
        if not isinstance(value, dict):
            self.note("definition", "not an object")
            return None
        self.check_members(value, "", _MEMBERS)
        if "scope" not in value:
            self.note("scope", "missing")
        if not any(value.get(name) for name in ("add_to", "fill", "overwrite")):
            self.note("add_to", "missing: a rule adds to a table, fills columns or overwrites them")
        add_to = value.get("add_to")
        scope = self.name(value.get("scope", "?"), "scope")
        if add_to is not None and add_to == scope:
            self.note("add_to", "the same table as the scope")
        return Rule(
            scope=scope,
            when=self.list_of_conditions(value.get("when", []), "when", 0, 0),
            add_to=None if add_to is None else self.name(add_to, "add_to"),
            fill=self.columns(value.get("fill", {}), "fill"),
            overwrite=self.columns(value.get("overwrite", {}), "overwrite", but=value.get("fill")),
            when_lost=cast(WhenLost, self.choice(value.get("when_lost", "propose"), "when_lost", ("propose", "keep"))),
        )

    def check_members(self, value: Mapping[str, Any], path: str, known: tuple[str, ...]) -> None:
        for name in value:
            if name not in known:
                self.note(_below(path, str(name)[:_NAMED]), "not a member that is known here")

    def name(self, value: object, path: str) -> str:
        return cast(str, self.checked(check_name, value, path) or "")

    def checked(self, check: Callable[[Any, str], Any], value: object, path: str) -> Any:
        try:
            return check(value, path)
        except Malformed as error:
            self.note(path, error.template, **error.facts)
            return None

    def choice(self, value: object, path: str, choices: tuple[str, ...]) -> str:
        if not isinstance(value, str) or value not in choices:
            self.note(path, "not one of {choices}", choices=", ".join(choices))
            return choices[0]
        return value

    def columns(self, value: object, path: str, but: object = None) -> tuple[tuple[str, Operand], ...]:
        """Columns with the values they get."""
        if not isinstance(value, dict) or len(value) > MAX_COLUMNS:
            self.note(path, "not an object of at most {most} members", most=MAX_COLUMNS)
            return ()
        found = []
        for name, operand in value.items():
            at = _below(path, str(name)[:_NAMED])
            self.name(name, at)
            if isinstance(but, dict) and name in but:
                self.note(at, "filled and overwritten at once")
            found.append((name, self.operand(operand, at)))
        return tuple(sorted(found, key=lambda each: each[0]))

    def operand(self, value: object, path: str) -> Operand:
        """A value, which is not null, or `{"column": name}`."""
        if isinstance(value, dict) and "column" in value:
            self.check_members(value, path, ("column",))
            return ColumnValue(self.name(value["column"], _below(path, "column")))
        if value is None:
            self.note(path, "null equals nothing: ask for empty instead")
            return None
        return self.checked(check_value, value, path)

    # Conditions

    def list_of_conditions(self, value: object, path: str, relations: int, groups: int) -> tuple[Condition, ...]:
        if not isinstance(value, list):
            self.note(path, "not a list")
            return ()
        found: list[Condition] = []
        for at, each in enumerate(value):
            self.conditions += 1
            if self.conditions > MAX_CONDITIONS:
                self.note(f"{path}.{at}", "more than {most} conditions", most=MAX_CONDITIONS)
                break
            if (condition := self.condition(each, f"{path}.{at}", relations, groups)) is not None:
                found.append(condition)
        return tuple(found)

    def condition(self, value: object, path: str, relations: int, groups: int) -> Condition | None:
        if not isinstance(value, dict):
            self.note(path, "not an object")
        elif "column" in value:
            return self.column_condition(value, path)
        elif "relation" in value:
            return self.relation_condition(value, path, relations, groups)
        elif "any" in value:
            return self.group(value, path, "any", relations, groups)
        elif "none" in value:
            return self.group(value, path, "none", relations, groups)
        else:
            self.note(path, "has neither of column, relation, any, none")
            self.check_members(value, path, ())
        return None

    def column_condition(self, value: dict[str, Any], path: str) -> Condition | None:
        self.check_members(value, path, ("column", *OPERATORS))
        column = self.name(value["column"], _below(path, "column"))
        given = [name for name in OPERATORS if name in value]
        if len(given) != 1:
            self.note(path, "not exactly one of {choices}", choices=", ".join(OPERATORS))
            return None
        operator, operand = given[0], value[given[0]]
        at = _below(path, operator)
        if operator == EMPTY:
            if not isinstance(operand, bool):
                self.note(at, "not true or false")
        elif operator == IN:
            operand = self.values(operand, at)
        else:
            operand = self.operand(operand, at)
        return ColumnCondition(column, operator, operand)

    def values(self, value: object, path: str) -> tuple[Operand, ...]:
        if not isinstance(value, list) or not 1 <= len(value) <= MAX_VALUES:
            self.note(path, "not a list of 1 to {most} values", most=MAX_VALUES)
            return ()
        return tuple(self.operand(each, f"{path}.{at}") for at, each in enumerate(value))

    def relation_condition(self, value: dict[str, Any], path: str, relations: int, groups: int) -> Condition | None:
        self.check_members(value, path, _RELATION_MEMBERS)
        relation = self.name(value["relation"], _below(path, "relation"))
        given = [name for name in _DIRECTIONS if name in value]
        if relations >= MAX_RELATIONS:
            self.note(path, "more than {most} relations deep", most=MAX_RELATIONS)
            return None
        if len(given) != 1:
            self.note(path, "not exactly one of {choices}", choices="to, from")
            return None
        at_least = value.get("at_least", 1)
        if isinstance(at_least, bool) or not isinstance(at_least, int) or not 1 <= at_least <= MAX_AT_LEAST:
            self.note(_below(path, "at_least"), "not an integer from {least} to {most}", least=1, most=MAX_AT_LEAST)
            at_least = 1
        return RelationCondition(
            relation=relation,
            direction=given[0],
            table=self.name(value[given[0]], _below(path, given[0])),
            at_least=at_least,
            when=self.list_of_conditions(value.get("when", []), _below(path, "when"), relations + 1, groups),
        )

    def group(self, value: dict[str, Any], path: str, word: Any, relations: int, groups: int) -> Condition | None:
        self.check_members(value, path, (word,))
        at = _below(path, word)
        if groups >= MAX_GROUPS:
            self.note(path, "more than {most} groups deep", most=MAX_GROUPS)
            return None
        if value[word] == []:
            self.note(at, "empty")
        return Group(word, self.list_of_conditions(value[word], at, relations, groups + 1))


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
