"""Definitions are read strictly, and every mistake is named with its path."""

from __future__ import annotations

from typing import Any

import pytest

from stages.automation.rules.language import ColumnCondition, ColumnValue, Group, RelationCondition, Rule
from stages.automation.rules.parsing import InvalidRule, read_rule
from stages.automation.rules.sentences import Name, render, sentence_of

WHOLE = {
    "scope": "cues",
    "when": [
        {"column": "called", "is": True},
        {"any": [{"column": "area", "in": ["stage", "house"]}, {"none": [{"column": "note", "empty": True}]}]},
        {"relation": "plays", "from": "cast", "at_least": 2, "when": [{"column": "mail", "is": {"column": "mail"}}]},
    ],
    "add_to": "sm_cues",
    "fill": {"department": "lighting"},
    "overwrite": {"number": {"column": "number"}},
    "when_lost": "keep",
}


def test_a_definition_is_read() -> None:
    assert read_rule(WHOLE) == Rule(
        scope="cues",
        when=(
            ColumnCondition("called", "is", True),
            Group(
                "any",
                (
                    ColumnCondition("area", "in", ("stage", "house")),
                    Group("none", (ColumnCondition("note", "empty", True),)),
                ),
            ),
            RelationCondition("plays", "from", "cast", 2, (ColumnCondition("mail", "is", ColumnValue("mail")),)),
        ),
        add_to="sm_cues",
        fill=(("department", "lighting"),),
        overwrite=(("number", ColumnValue("number")),),
        when_lost="keep",
    )


def deep(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {"column": "p", "is": 1}
    for _level in range(levels):
        found = {"relation": "uses", "to": "b", "when": [found]}
    return found


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({"scpoe": 1}, ["scpoe"]),
        ({"scope": 1}, ["scope"]),
        ({"scope": "a:b"}, ["scope"]),
        ({"add_to": "cues"}, ["add_to"]),
        ({"add_to": None, "fill": {}, "overwrite": {}}, ["add_to"]),
        ({"when": {}}, ["when"]),
        ({"when": [[]]}, ["when.0"]),
        ({"when": [{}]}, ["when.0"]),
        ({"when": [{"colum": "a", "is": 1}]}, ["when.0", "when.0.colum", "when.0.is"]),
        ({"when": [{"column": "a"}]}, ["when.0"]),
        ({"when": [{"column": "a", "is": 1, "not": 1}]}, ["when.0"]),
        ({"when": [{"column": "a", "is": None}]}, ["when.0.is"]),
        ({"when": [{"column": "a", "is": [1]}]}, ["when.0.is"]),
        ({"when": [{"column": "a", "in": 1}, {"column": 1, "in": []}]}, ["when.0.in", "when.1.column", "when.1.in"]),
        ({"when": [{"column": "a", "empty": 1}]}, ["when.0.empty"]),
        ({"when": [{"column": "a", "is": {"column": "b", "x": 1}}]}, ["when.0.is.x"]),
        ({"when": [{"relation": "r"}]}, ["when.0"]),
        ({"when": [{"relation": "r", "to": "b", "from": "b"}]}, ["when.0"]),
        ({"when": [{"relation": "r", "to": "b", "at_least": 0}]}, ["when.0.at_least"]),
        ({"when": [{"relation": "r", "to": "b", "at_least": True}]}, ["when.0.at_least"]),
        ({"when": [{"any": []}, {"none": 1, "all": 1}]}, ["when.0.any", "when.1.all", "when.1.none"]),
        ({"when": [deep(4)]}, ["when.0.when.0.when.0.when.0"]),
        ({"when": [{"column": "a", "is": 1}] * 101}, ["when.100"]),
        ({"fill": []}, ["fill"]),
        ({"fill": {"a": None, "b:": 1}}, ["fill.a", "fill.b:"]),
        ({"fill": {"a": 1}, "overwrite": {"a": 1}}, ["overwrite.a"]),
        ({"when_lost": "drop"}, ["when_lost"]),
        ({"when_lost": []}, ["when_lost"]),
    ],
)
def test_mistakes_are_named_with_their_paths(change: dict[str, Any], paths: list[str]) -> None:
    with pytest.raises(InvalidRule) as refused:
        read_rule({**WHOLE, **change})
    assert [each.path for each in refused.value.problems] == paths
    assert all(each.words for each in refused.value.problems)


@pytest.mark.parametrize("value", [None, [], "x", 1])
def test_what_is_no_object_is_no_rule(value: object) -> None:
    with pytest.raises(InvalidRule, match="not an object"):
        read_rule(value)


def test_three_relations_are_followed() -> None:
    assert read_rule({**WHOLE, "when": [deep(3)]}).when


def test_a_rule_is_one_sentence() -> None:
    def title_of(name: Name) -> str:
        return str(name.value) if name.kind == "value" else name.name

    assert render(sentence_of(read_rule(WHOLE)), title_of) == (
        "cues whose called is True, either whose area is stage or house or not whose note is empty and that are linked "
        "(plays) with at least 2 of cast whose mail is the same as mail are also in sm_cues, where department becomes "
        "lighting where it is empty and number becomes the same as number."
    )
    of_columns = [
        {"column": "due", "less": {"column": "start"}},
        {"column": "within", "more": 5},
        {"column": "n", "less": 5},
    ]
    typed = read_rule({"scope": "cues", "when": of_columns, "add_to": "late"})
    types = {"due": "date", "within": "duration", "n": "integer"}
    assert render(sentence_of(typed, lambda _table, column: types[column]), title_of) == (
        "cues whose due is before the value of start, whose within is longer than 5 and whose n is less than 5 "
        "are also in late."
    )
    in_place = read_rule({"scope": "cues", "when": [{"column": "a", "empty": False}], "fill": {"b": 1}})
    assert render(sentence_of(in_place), title_of) == "In cues whose a is not empty, b becomes 1 where it is empty."
