"""Suites, expressions and cases that somebody wrote to take time or memory: they are refused, or end in an error."""

from __future__ import annotations

import pytest

from kernel.errors import ValidationFailed
from stages.runs.agents.base import AgentFailed
from stages.runs.agents.variables import MAX_RENDERED, render
from stages.runs.evaluation.grading import Subject, grade_answer
from stages.runs.evaluation.suites import MAX_SCHEMAS, parse_suite
from tests.runs.agents.scripted import Call
from tests.runs.evaluation.test_graders import graded, graders

LONG = "x" * 100_000
TEXTS = ", ".join(["'x{{a}}'"] * 100)
# RE2 has more states for it than it may keep, and then takes its time for each letter times each step: hours.
SLOW = "|".join(f"a{{{count}}}b" for count in range(1, 300))


async def test_an_expression_that_takes_hours_is_an_error_in_a_second():
    with graders(f"{{type: regex, pattern: '{SLOW}'}}", "{type: regex, pattern: '^a+$'}") as found:
        slow, quick = (await grade_answer(found, Subject("a" * 1_000_000))).grades

    assert (slow.passed, slow.error) == (None, "The expression was not evaluated within 1.0 s.")
    # Others are looked for by a new program.
    assert (quick.passed, quick.error) == (True, "")


async def test_every_sign_of_a_value_is_taken_literally():
    signs = "".join(map(chr, range(1, 128))) + "äß👋"
    subject = Subject(f"a{signs}z", members={"signs": signs}, variables={"signs"})
    grade = await graded("{type: regex, pattern: '^(?s)a{{signs}}z$'}", subject)
    assert (grade.passed, grade.error) == (True, "")


def test_a_long_value_that_is_named_often_is_an_error():
    with pytest.raises(AgentFailed) as caught:
        render("{{a}}" * 10_000, {"a": LONG})
    assert caught.value.code == "context_too_long"
    assert len(render("{{a}}" * 40, {"a": LONG})) <= MAX_RENDERED


@pytest.mark.parametrize(
    "line",
    [
        f"{{type: contains, value: '{'{{a}}' * 100}'}}",
        f"{{type: exact, value: '{'{{a}}' * 100}'}}",
        f"{{type: regex, pattern: '{'{{a}}' * 100}'}}",
        f"{{type: tool_call, tool: t, arguments: {{b: [{TEXTS}]}}}}",
    ],
)
async def test_graders_put_no_more_together_than_a_text_may_have(line: str):
    subject = Subject("x", tool_calls=(Call("t", "{}"),), members={"a": LONG}, variables={"a"})
    grade = await graded(line, subject)
    assert grade.passed is None
    assert str(MAX_RENDERED) in grade.error


@pytest.mark.parametrize(
    ("graders", "words"),
    [
        (f"[{{type: json_schema, schema: {{enum: [&a {'y' * 100_000}{', *a' * 1_000}]}}}}]", "aliases expand"),
        (
            f"[{', '.join(['{type: json_schema, schema: {}}'] * (MAX_SCHEMAS + 1))}]",
            f"{MAX_SCHEMAS} graders of this type at most",
        ),
        ("[{type: json_schema, schema: {maximum: 1.0e+999}}]", "a number that JSON does not have"),
        ("[{type: tool_call, tool: t, arguments: {a: -1.0e+999}}]", "a number that JSON does not have"),
    ],
)
def test_a_suite_that_is_small_only_as_long_as_nobody_reads_it_is_refused(graders: str, words: str):
    with pytest.raises(ValidationFailed) as caught:
        parse_suite(f"cases: c.jsonl\nmodels: [m]\ngraders: {graders}\n")
    assert words in caught.value.errors["suite"][0]
