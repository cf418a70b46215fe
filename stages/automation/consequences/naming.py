"""Rules against the schema: whether what they name is there, and whether their values fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from stages.automation.rules.language import ColumnCondition, ColumnValue, Condition, Group, RelationCondition, Rule
from stages.registers.schema import Column, Schema
from stages.registers.schema.model import FLOAT, INTEGER, KEY_COLUMN
from stages.registers.schema.values import is_misfit, misfit_words

# The path of a mistake, and its words.
Mistake = tuple[str, str]


def mistakes(rule: Rule, schema: Schema) -> list[Mistake]:
    """All that a rule names and that is not there, or does not fit."""
    return list(_Checking(rule, schema).all())


def fits(rule: Rule, schema: Schema) -> bool:
    """Whether all that a rule names is there. A rule that does not fit any more adds nothing."""
    return next(iter(_Checking(rule, schema).all()), None) is None


def fits_column(column: Column | None, value: Any) -> bool:
    """Whether a rule may write a value, which may come from another column."""
    return column is not None and not column.crdt and not is_misfit(column, value)


class _Checking:
    def __init__(self, rule: Rule, schema: Schema) -> None:
        self.rule = rule
        self.schema = schema

    def all(self) -> Iterator[Mistake]:
        for path, facet in (("scope", self.rule.scope), ("add_to", self.rule.add_to)):
            if facet is not None:
                yield from self.table(facet, path)
        yield from self.conditions(self.rule.when, self.rule.scope, "when")
        for member, columns in (("fill", self.rule.fill), ("overwrite", self.rule.overwrite)):
            for name, operand in columns:
                yield from self.written(name, operand, f"{member}.{name}")

    def table(self, facet: str, path: str) -> Iterator[Mistake]:
        if self.schema.table(facet) is None:
            yield path, _("There is no table “%(table)s”.") % {"table": facet}

    def column(self, facet: str, name: str, path: str) -> Iterator[Mistake]:
        table = self.schema.table(facet)
        if table is not None and table.column(name) is None:
            words = _("There is no column “%(column)s” in %(table)s.")
            yield path, words % {"column": name, "table": table.label}

    def written(self, name: str, operand: Any, path: str) -> Iterator[Mistake]:
        yield from self.column(self.rule.table, name, path)
        column = self.schema.column(self.rule.table, name)
        if column is None:
            return
        if name == KEY_COLUMN and self.schema.tables[self.rule.table].key_column is not None:
            yield path, _("Keys are given by themselves.")
        elif column.crdt:
            yield path, _("People write in this column together; a rule cannot fill it.")
        elif isinstance(operand, ColumnValue):
            yield from self.copied(operand, column, path)
        elif column.unique:
            yield path, _("No two records may show the same here, so a rule cannot give it one value.")
        elif is_misfit(column, operand):
            yield path, misfit_words(column, operand)

    def copied(self, operand: ColumnValue, column: Column, path: str) -> Iterator[Mistake]:
        yield from self.column(self.rule.scope, operand.column, path)
        source = self.schema.column(self.rule.scope, operand.column)
        if source is not None and source.type != column.type and {source.type, column.type} != {INTEGER, FLOAT}:
            words = _("%(one)s and %(other)s are of different types.")
            yield path, words % {"one": source.label, "other": column.label}

    def conditions(self, conditions: Iterable[Condition], facet: str, path: str) -> Iterator[Mistake]:
        for at, each in enumerate(conditions):
            here = f"{path}.{at}"
            match each:
                case ColumnCondition():
                    yield from self.compared(each, facet, here)
                case Group(word, inner):
                    yield from self.conditions(inner, facet, f"{here}.{word}")
                case RelationCondition():
                    yield from self.relation(each, facet, here)

    def compared(self, condition: ColumnCondition, facet: str, path: str) -> Iterator[Mistake]:
        yield from self.column(facet, condition.column, f"{path}.column")
        column = self.schema.column(facet, condition.column)
        operands = condition.operand if condition.operator == "in" else (condition.operand,)
        for each in operands:
            if isinstance(each, ColumnValue):
                yield from self.column(self.rule.scope, each.column, f"{path}.{condition.operator}.column")
            elif column is not None and condition.operator in ("is", "not", "in") and is_misfit(column, each):
                yield f"{path}.{condition.operator}", misfit_words(column, each)

    def relation(self, condition: RelationCondition, facet: str, path: str) -> Iterator[Mistake]:
        yield from self.table(condition.table, f"{path}.{condition.direction}")
        relation = self.schema.relations.get(condition.relation)
        if relation is None:
            yield f"{path}.relation", _("There is no relation “%(relation)s”.") % {"relation": condition.relation}
        else:
            source, target = (facet, condition.table) if condition.direction == "to" else (condition.table, facet)
            if relation.source not in ("", source) or relation.target not in ("", target):
                words = _("“%(relation)s” does not lead from %(source)s to %(target)s.")
                yield f"{path}.relation", words % {"relation": relation.label, "source": source, "target": target}
        yield from self.conditions(condition.when, condition.table, f"{path}.when")
