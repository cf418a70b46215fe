"""A rule as one English sentence, in a form that a page can translate and fill with titles.

A sentence is a `Phrase`: a template with names in braces, and what each of them is: another phrase, a list, or a name
of a table, a column, a relation or a value. `render` fills it; a page gives it its translation and its titles.

    Cues whose called is yes are also in SM cues, where department becomes lighting where it is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Name:
    """Something that is shown by its title: a `table`, a `column`, a `relation` seen `to` or `from`, or a `value`."""

    kind: str
    table: str = ""
    name: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Listed:
    """Parts with a word between the last two: `and`, `or`."""

    word: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    template: str
    parts: Mapping[str, Part] = field(default_factory=dict)


Part = Name | Listed | Phrase

# Templates, so that a page can have them translated. Each is also the key of its translation.
WHOLE: Final = "{scope}{conditions} {consequences}."
IN_PLACE: Final = "In {scope}{conditions}, {consequences}."
ALL: Final = " {conditions}"
ALSO_IN: Final = "are also in {table}"
FILLED: Final = "{column} becomes {value} where it is empty"
OVERWRITTEN: Final = "{column} becomes {value}"
WITH: Final = "{joins}, where {consequences}"
WHOSE: Final = "whose {column} {comparison}"
EITHER: Final = "either {conditions}"
NEITHER: Final = "not {conditions}"
LINKED: Final = "that are linked ({relation}) with one of {table}"
LINKED_MANY: Final = "that are linked ({relation}) with at least {count} of {table}"
THOSE: Final = "{linked} {conditions}"
SAME_AS: Final = "the same as {column}"
VALUE_OF: Final = "the value of {column}"
COMPARISONS: Final[Mapping[str, str]] = {
    "is": "is {value}",
    "not": "is not {value}",
    "in": "is {value}",
    "less": "is less than {value}",
    "more": "is more than {value}",
    "contains": "contains {value}",
}
_BEFORE: Final = {"less": "is before {value}", "more": "is after {value}"}
# What columns of some types say instead.
COMPARISONS_OF: Final[Mapping[str, Mapping[str, str]]] = {
    "date": _BEFORE,
    "datetime": _BEFORE,
    "duration": {"less": "is shorter than {value}", "more": "is longer than {value}"},
    "text": {"less": "comes before {value}", "more": "comes after {value}"},
}
IS_EMPTY: Final = "is empty"
IS_FILLED: Final = "is not empty"
AND: Final = "{first} and {last}"
OR: Final = "{first} or {last}"
COMMA: Final = "{first}, {last}"

TEMPLATES: Final = (
    WHOLE, IN_PLACE, ALL, ALSO_IN, FILLED, OVERWRITTEN, WITH,
    WHOSE, EITHER, NEITHER, LINKED, LINKED_MANY, THOSE, SAME_AS, VALUE_OF,
    *COMPARISONS.values(), *(each for words in COMPARISONS_OF.values() for each in words.values()),
    IS_EMPTY, IS_FILLED, AND, OR, COMMA,
)  # fmt: skip


# The type of a column of a table, empty where it is not known.
TypeOf = Callable[[str, str], str]


def sentence_of(rule: Rule, type_of: TypeOf = lambda table, column: "") -> Phrase:
    """A rule as a sentence; numbers, days and texts are compared in words of their own."""
    conditions: Part = Phrase("")
    if rule.when:
        listed = [_condition(each, rule.scope, rule, type_of) for each in rule.when]
        conditions = Phrase(ALL, {"conditions": _listed("and", listed)})
    return Phrase(
        WHOLE if rule.add_to else IN_PLACE,
        {
            "scope": Name("table", name=rule.scope),
            "conditions": conditions,
            "consequences": _consequences(rule),
        },
    )


def render(part: Part, title_of: Callable[[Name], str], translate: Callable[[str], str] = str) -> str:
    """The words of a sentence."""
    match part:
        case Name():
            return title_of(part)
        case Listed(word, parts):
            return _join([render(each, title_of, translate) for each in parts], word, translate)
    template = translate(part.template) if part.template else ""
    filled = {name: render(each, title_of, translate) for name, each in part.parts.items()}
    return template.format(**filled)


def _join(parts: Sequence[str], word: str, translate: Callable[[str], str]) -> str:
    *others, last = parts
    if not others:
        return last
    first = others[0]
    for each in others[1:]:
        first = translate(COMMA).format(first=first, last=each)
    return translate(AND if word == "and" else OR).format(first=first, last=last)


def _consequences(rule: Rule) -> Part:
    joins = Phrase(ALSO_IN, {"table": Name("table", name=rule.add_to)}) if rule.add_to else None
    values = [
        Phrase(
            template, {"column": Name("column", rule.table, name), "value": _operand(rule.table, name, operand, rule)}
        )
        for template, listed in ((FILLED, rule.fill), (OVERWRITTEN, rule.overwrite))
        for name, operand in listed
    ]
    if joins is None:
        return _listed("and", values)
    return Phrase(WITH, {"joins": joins, "consequences": _listed("and", values)}) if values else joins


def _condition(condition: Condition, table: str, rule: Rule, type_of: TypeOf) -> Part:
    match condition:
        case ColumnCondition():
            comparison = _comparison(condition, table, rule, type_of)
            return Phrase(WHOSE, {"column": Name("column", table, condition.column), "comparison": comparison})
        case Group(word, conditions):
            listed = _listed("or", [_condition(each, table, rule, type_of) for each in conditions])
            return Phrase(EITHER if word == "any" else NEITHER, {"conditions": listed})
        case RelationCondition():
            return _relation(condition, rule, type_of)


def _relation(condition: RelationCondition, rule: Rule, type_of: TypeOf) -> Part:
    linked = Phrase(
        LINKED if condition.at_least == 1 else LINKED_MANY,
        {
            "relation": Name("relation", condition.direction, condition.relation),
            "table": Name("table", name=condition.table),
            "count": Name("value", value=condition.at_least),
        },
    )
    if not condition.when:
        return linked
    conditions = _listed("and", [_condition(each, condition.table, rule, type_of) for each in condition.when])
    return Phrase(THOSE, {"linked": linked, "conditions": conditions})


def _comparison(condition: ColumnCondition, table: str, rule: Rule, type_of: TypeOf) -> Part:
    operator, operand = condition.operator, condition.operand
    if operator == "empty":
        return Phrase(IS_EMPTY if operand else IS_FILLED)
    operands = operand if operator == "in" else (operand,)
    same = VALUE_OF if operator in ("less", "more", "contains") else SAME_AS
    values = [_operand(table, condition.column, each, rule, same) for each in operands]
    template = COMPARISONS_OF.get(type_of(table, condition.column), {}).get(operator) or COMPARISONS[operator]
    return Phrase(template, {"value": _listed("or", values)})


def _operand(table: str, column: str, operand: Operand, rule: Rule, same: str = SAME_AS) -> Part:
    if isinstance(operand, ColumnValue):
        return Phrase(same, {"column": Name("column", rule.scope, operand.column)})
    return Name("value", table, column, operand)


def _listed(word: str, parts: Sequence[Part]) -> Part:
    return parts[0] if len(parts) == 1 else Listed(word, tuple(parts))
