"""What the builder of rules asks of its choices, by the table that a condition is about."""

from __future__ import annotations

from django import template

from stages.automation.pages.rule_form import Node
from stages.automation.pages.rule_operators import Operator, operators_of
from stages.automation.pages.rule_rows import Choices
from stages.registers.schema import Column

register = template.Library()


@register.filter
def columns_of(choices: Choices, table: str) -> list[Column]:
    return choices.columns(table)


@register.filter
def relations_of(choices: Choices, table: str) -> list[tuple[str, str]]:
    return choices.relations(table)


@register.filter
def operators_for(choices: Choices, node: Node) -> list[Operator]:
    """The comparisons that are offered for the column of a condition."""
    return operators_of(choices.schema.column(node.table, node.column), node.operator)


@register.filter
def column_in(choices: Choices, place: str) -> Column | None:
    """The column of `table/column`; None where there is none."""
    table, _slash, name = place.partition("/")
    return choices.schema.column(table, name)
