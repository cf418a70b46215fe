"""The builder of a rule as a form: from a definition, and back from what was posted.

A condition is named by its path, such as `when.0` or `when.1.when.0`; its members follow, such as `when.0.column`.
Values are typed as in cells; `in` has `|` between values, as filters have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from stages.automation.rules.language import ColumnCondition, ColumnValue, Condition, Group, Rule
from stages.automation.rules.parsing import MAX_GROUPS, MAX_RELATIONS
from stages.registers.schema import Column, Schema
from stages.registers.schema.values import read_text, write_text

# Operators of the builder that take a column of the record, or nothing.
SAME: Final = "same"
DIFFERS: Final = "differs"
BELOW: Final = "below"
ABOVE: Final = "above"
HOLDS: Final = "holds"
FILLED: Final = "filled"
EMPTY: Final = "empty"
_OF_COLUMNS: Final = {SAME: "is", DIFFERS: "not", BELOW: "less", ABOVE: "more", HOLDS: "contains"}
_SEPARATOR: Final = "|"
_MOST: Final = 50


@dataclass(slots=True)
class Node:
    """A condition in the builder: of a `column`, a `relation` (`to:type:table`), or a group `any` or `none`."""

    path: str
    kind: str
    column: str = ""
    operator: str = "is"
    value: str = ""
    relation: str = ""
    at_least: str = "1"
    children: list[Node] = field(default_factory=list)
    table: str = ""
    problem: str = ""

    @property
    def inner(self) -> str:
        """The path of the list of conditions in it."""
        return f"{self.path}.{'when' if self.kind == 'relation' else 'items'}"

    @property
    def takes_column(self) -> bool:
        """Whether it is compared with another column of the record."""
        return self.operator in _OF_COLUMNS

    @property
    def may_nest(self) -> bool:
        return self.path.count(".") < 2 * min(MAX_RELATIONS, MAX_GROUPS)


@dataclass(slots=True)
class Filling:
    """A column that a rule fills: with a typed value, or from a column of its scope (`source`); `always` overwrites."""

    column: str = ""
    value: str = ""
    source: str = ""
    always: bool = False
    problem: str = ""


@dataclass(slots=True)
class RuleForm:
    """What the builder shows. `is_complete`: there is nothing left to choose."""

    scope: str = ""
    add_to: str = ""
    when_lost: str = "propose"
    nodes: list[Node] = field(default_factory=list)
    fillings: list[Filling] = field(default_factory=list)
    is_complete: bool = True

    def definition(self, schema: Schema) -> dict[str, Any]:
        """The definition; what is not complete or cannot be read is left out, and noted at its place."""
        self.is_complete = bool(self.scope)
        found: dict[str, Any] = {
            "scope": self.scope,
            "when": _Writing(self, schema).conditions(self.nodes, self.scope),
            "when_lost": self.when_lost,
        }
        if self.add_to:
            found["add_to"] = self.add_to
        for filling in self.fillings:
            value = _Writing(self, schema).filled(filling)
            if value is not None:
                found.setdefault("overwrite" if filling.always else "fill", {})[filling.column] = value
        self.is_complete = self.is_complete and bool({"add_to", "fill", "overwrite"} & found.keys())
        return found


class _Writing:
    def __init__(self, form: RuleForm, schema: Schema) -> None:
        self.form = form
        self.schema = schema

    def conditions(self, nodes: Iterable[Node], table: str) -> list[dict[str, Any]]:
        found = []
        for node in nodes:
            node.table = table
            written = self.condition(node, table)
            if written is None:
                self.form.is_complete = False
            else:
                found.append(written)
        return found

    def condition(self, node: Node, table: str) -> dict[str, Any] | None:
        if node.kind == "relation":
            direction, _colon, rest = node.relation.partition(":")
            relation, _colon, other = rest.rpartition(":")
            inner = self.conditions(node.children, other)
            if direction not in ("to", "from") or not relation:
                return None
            at_least = int(node.at_least) if node.at_least.isdecimal() and len(node.at_least) < 6 else 0
            return {"relation": relation, direction: other, "at_least": at_least, "when": inner}
        if node.kind in ("any", "none"):
            inner = self.conditions(node.children, table)
            return {node.kind: inner} if inner else None
        return self.compared(node, table)

    def compared(self, node: Node, table: str) -> dict[str, Any] | None:
        column = self.schema.column(table, node.column)
        if column is None:
            return None
        if node.operator in (EMPTY, FILLED):
            return {"column": column.name, "empty": node.operator == EMPTY}
        if node.operator in _OF_COLUMNS:
            of_scope = self.schema.column(self.form.scope, node.value)
            operand = {"column": of_scope.name} if of_scope is not None else None
            return {"column": column.name, _OF_COLUMNS[node.operator]: operand} if operand else None
        texts = node.value.split(_SEPARATOR) if node.operator == "in" else [node.value]
        try:
            values = [value for text in texts if (value := _read(column, text, node.operator)) is not None]
        except ValidationFailed as refused:
            node.problem = refused.detail
            return None
        if not values:
            return None
        return {"column": column.name, node.operator: values if node.operator == "in" else values[0]}

    def filled(self, filling: Filling) -> Any:
        column = self.schema.column(self.form.add_to or self.form.scope, filling.column)
        value: Any = None
        if column is not None and filling.source:
            value = {"column": filling.source}
        elif column is not None:
            try:
                value = _read(column, filling.value, "is")
            except ValidationFailed as refused:
                filling.problem = refused.detail
        self.form.is_complete = self.form.is_complete and value is not None
        return value


def form_of_rule(rule: Rule, schema: Schema) -> RuleForm | None:
    """The builder of a rule; None for one that it cannot show: with columns among several values."""
    try:
        nodes = _nodes(rule.when, "when", rule.scope, schema)
    except ValueError:
        return None
    fillings = [
        _filling(name, operand, rule, schema, always=always)
        for always, listed in ((False, rule.fill), (True, rule.overwrite))
        for name, operand in listed
    ]
    return RuleForm(rule.scope, rule.add_to or "", rule.when_lost, nodes, fillings)


def form_of_post(post: Mapping[str, Any]) -> RuleForm:
    """The builder as it was posted, after what its button asks for (`act`)."""
    form = RuleForm(
        scope=post.get("scope", ""),
        add_to=post.get("add_to", ""),
        when_lost="keep" if post.get("when_lost") == "keep" else "propose",
        nodes=_posted(post, "when"),
        fillings=[
            Filling(
                column=post.get(f"fill.{at}.column", ""),
                value=post.get(f"fill.{at}.value", ""),
                source=post.get(f"fill.{at}.source", ""),
                always=post.get(f"fill.{at}.always") == "always",
            )
            for at in range(_MOST)
            if f"fill.{at}.column" in post
        ],
    )
    act, _slash, place = str(post.get("act", "")).partition("/")
    _do(form, act, place)
    return form


def _do(form: RuleForm, act: str, place: str) -> None:
    if act == "fill":
        form.fillings.append(Filling())
    elif act == "unfill":
        # By its text: Python reads no number of thousands of digits.
        form.fillings = [each for at, each in enumerate(form.fillings) if str(at) != place]
    elif act in ("column", "relation", "any", "none"):
        listed = _list_at(form.nodes, place, "when")
        if listed is not None and len(listed) < _MOST:
            listed.append(Node("", act))
    elif act == "remove":
        _remove(form.nodes, place)
    _number(form.nodes, "when")


def _posted(post: Mapping[str, Any], path: str) -> list[Node]:
    found = []
    for at in range(_MOST):
        here = f"{path}.{at}"
        kind = post.get(f"{here}.kind")
        if kind not in ("column", "relation", "any", "none") or here.count(".") > 2 * MAX_GROUPS:
            continue
        node = Node(here, kind)
        for name in ("column", "operator", "value", "relation", "at_least"):
            setattr(node, name, str(post.get(f"{here}.{name}", getattr(node, name))))
        node.children = [] if kind == "column" else _posted(post, node.inner)
        found.append(node)
    return found


def _list_at(nodes: list[Node], place: str, path: str) -> list[Node] | None:
    if place == path:
        return nodes
    for node in nodes:
        if place.startswith(f"{node.path}."):
            return _list_at(node.children, place, node.inner)
    return None


def _remove(nodes: list[Node], place: str) -> None:
    nodes[:] = [each for each in nodes if each.path != place]
    for node in nodes:
        _remove(node.children, place)


def _number(nodes: list[Node], path: str) -> None:
    for at, node in enumerate(nodes):
        node.path = f"{path}.{at}"
        _number(node.children, node.inner)


def _nodes(conditions: Iterable[Condition], path: str, table: str, schema: Schema) -> list[Node]:
    return [_node(each, f"{path}.{at}", table, schema) for at, each in enumerate(conditions)]


def _node(condition: Condition, path: str, table: str, schema: Schema) -> Node:
    if isinstance(condition, ColumnCondition):
        return _compared(condition, path, table, schema)
    if isinstance(condition, Group):
        node = Node(path, condition.word)
        node.children = _nodes(condition.conditions, node.inner, table, schema)
        return node
    relation = f"{condition.direction}:{condition.relation}:{condition.table}"
    node = Node(path, "relation", relation=relation, at_least=str(condition.at_least))
    node.children = _nodes(condition.when, node.inner, condition.table, schema)
    return node


def _compared(condition: ColumnCondition, path: str, table: str, schema: Schema) -> Node:
    operator, operand = condition.operator, condition.operand
    column = schema.column(table, condition.column) or Column(condition.column)
    node = Node(path, "column", column=condition.column, operator=operator)
    if operator == "empty":
        node.operator = EMPTY if operand else FILLED
    elif isinstance(operand, ColumnValue):
        node.operator = next(name for name, each in _OF_COLUMNS.items() if each == operator)
        node.value = operand.column
    elif operator == "in":
        if any(isinstance(each, ColumnValue) for each in operand):
            raise ValueError(operator)
        node.value = _SEPARATOR.join(_write(column, each) for each in operand)
    else:
        node.value = _write(column, operand)
    return node


def _filling(name: str, operand: Any, rule: Rule, schema: Schema, *, always: bool) -> Filling:
    if isinstance(operand, ColumnValue):
        return Filling(name, source=operand.column, always=always)
    column = schema.column(rule.table, name) or Column(name)
    return Filling(name, _write(column, operand), always=always)


def _read(column: Column, text: str, operator: str) -> Any:
    """The value of a typed text; a part of a text is asked for as it is."""
    if operator == "contains" or column.crdt:
        return text or None
    value = read_text(column, text.strip())
    if isinstance(value, dict):
        raise ValidationFailed({column.name: [_("Records are compared as JSON only.")]})
    return value


def _write(column: Column, value: Any) -> str:
    """A value as it is typed; of a choice its id, which selects hold."""
    return value if column.type == "enum" and isinstance(value, str) else write_text(column, value)
