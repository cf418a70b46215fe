"""What the builder of rules asks of its choices, by the table that a condition is about."""

from __future__ import annotations

from django import template

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
def column_in(choices: Choices, place: str) -> Column | None:
    """The column of `table/column`; None where there is none."""
    table, _slash, name = place.partition("/")
    return choices.schema.column(table, name)
