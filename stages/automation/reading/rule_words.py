"""Rules as sentences that people read, in their language and with the titles of tables and columns."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from stages.automation.rules.language import Rule
from stages.automation.rules.sentences import Name, Phrase, render, sentence_of
from stages.registers.schema import Schema
from stages.registers.schema.values import show_text

# The templates of `rules.sentences`, for translators.
_WORDS: Final = (
    _("{scope}{conditions} {consequences}."),
    _("In {scope}{conditions}, {consequences}."),
    _("are also in {table}"),
    _("{column} becomes {value} where it is empty"),
    _("{column} becomes {value}"),
    _("{joins}, where {consequences}"),
    _("whose {column} {comparison}"),
    _("either {conditions}"),
    _("not {conditions}"),
    _("that are linked ({relation}) with one of {table}"),
    _("that are linked ({relation}) with at least {count} of {table}"),
    _("the same as {column}"),
    _("the value of {column}"),
    _("is {value}"),
    _("is not {value}"),
    _("is less than {value}"),
    _("is more than {value}"),
    _("is before {value}"),
    _("is after {value}"),
    _("is shorter than {value}"),
    _("is longer than {value}"),
    _("comes before {value}"),
    _("comes after {value}"),
    _("contains {value}"),
    _("is empty"),
    _("is not empty"),
    _("{first} and {last}"),
    _("{first} or {last}"),
    _("{first}, {last}"),
)


def sentence(rule: Rule, schema: Schema) -> str:
    """A rule as a sentence."""
    return render(_sentence_of(rule, schema), lambda name: title_of(name, schema), gettext)


def pieces(rule: Rule, schema: Schema) -> list[tuple[str, bool]]:
    """A sentence in pieces, each with whether it is a title or a value, which pages emphasise."""
    marked = render(_sentence_of(rule, schema), lambda name: f"\0{title_of(name, schema)}\0", gettext)
    return [(text, bool(at % 2)) for at, text in enumerate(marked.split("\0")) if text]


def _sentence_of(rule: Rule, schema: Schema) -> Phrase:
    def type_of(table: str, name: str) -> str:
        column = schema.column(table, name)
        return column.type if column is not None else ""

    return sentence_of(rule, type_of)


def title_of(name: Name, schema: Schema) -> str:
    """What a table, a column, a relation or a value is called."""
    if name.kind == "table":
        table = schema.table(name.name)
        return table.label if table else name.name
    if name.kind == "column":
        column = schema.column(name.table, name.name)
        return column.label if column else name.name
    if name.kind == "relation":
        relation = schema.relations.get(name.name)
        if relation is None:
            return name.name
        return relation.label if name.table == "to" else relation.inverse_label
    column = schema.column(name.table, name.name) if name.table else None
    return show_text(column, name.value) if column is not None else str(name.value)
