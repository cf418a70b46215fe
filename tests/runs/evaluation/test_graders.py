"""What graders say of answers."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from kernel.errors import ValidationFailed
from stages.runs.agents.base import AgentFailed
from stages.runs.evaluation.graders import open_graders
from stages.runs.evaluation.grading import CellGrades, Grade, Subject, grade_answer
from stages.runs.evaluation.suites import parse_suite
from tests.runs.agents.scripted import Call, ScriptedModel


@contextmanager
def graders(*lines: str, files=None, judges=None):
    suite = parse_suite("cases: c\nmodels: [a]\ngraders:\n" + "".join(f"- {line}\n" for line in lines))
    with open_graders(suite, files=files or {}, judges=judges or {}) as found:
        yield found


async def graded(line: str, subject: Subject | str, **facts) -> Grade:
    subject = Subject(subject) if isinstance(subject, str) else subject
    with graders(line, **facts) as found:
        return (await grade_answer(found, subject)).grades[0]


@pytest.mark.parametrize(
    ("line", "text", "passed"),
    [
        ("{type: exact, value: Grade 2}", " Grade 2\n", True),
        ("{type: exact, value: Grade 2}", "grade 2", False),
        ("{type: exact, value: GRÜSSE, ignore_case: true}", "grüße", True),
        ("{type: contains, value: [a, b]}", "b a", True),
        ("{type: contains, value: [a, b]}", "a", False),
        ("{type: regex, pattern: '^Grade \\d$'}", "Grade 2", True),
        ("{type: regex, pattern: '^grade', ignore_case: true}", "Grade 2", True),
        ("{type: regex, pattern: '^grade'}", "Grade 2", False),
        ("{type: json_schema, schema: {type: object, required: [a]}}", 'So:\n```json\n{"a": 1}\n```\nDone.', True),
        ("{type: json_schema, schema: {type: object, required: [a]}}", '{"b": 1}', False),
        ("{type: json_schema, schema: {type: object}}", "not JSON", False),
        ("{type: json_schema, schema: true}".replace("true", "{}"), "[NaN]", False),
        ("{type: similarity, value: abcd, at_least: 0.75}", "abcx", True),
        ("{type: similarity, value: abcd, at_least: 0.76}", "abcx", False),
    ],
)
async def test_texts_are_graded(line, text, passed):
    grade = await graded(line, text)
    assert (grade.passed, grade.error) == (passed, "")


async def test_values_of_the_case_are_taken_literally():
    subject = Subject("a+b (2)", members={"term": "a+b", "level": 2}, variables={"term", "level", "site"})
    assert (await graded("{type: regex, pattern: '^{{term}} .{{level}}.$'}", subject)).passed
    grade = await graded("{type: contains, value: '{{site}}'}", subject)
    assert (grade.passed, grade.score) == (None, None)
    assert "missing_variable" in grade.error
    assert "site" in grade.error


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        ("", True),
        (", arguments: {level: 2}", True),
        (", arguments: {level: 2.0, of: '{{term}}'}", True),
        (", arguments: {level: '{{level}}'}", True),
        (", arguments: {level: '2'}", False),
        (", arguments: {more: 1}", False),
    ],
)
async def test_tool_calls_are_graded_by_name_and_by_some_of_their_arguments(arguments, passed):
    calls = (Call("look"), Call("grade", "no JSON"), Call("grade", '{"level": 2, "of": "rash", "x": [1]}'))
    subject = Subject("", tool_calls=calls, members={"term": "rash", "level": 2})
    assert (await graded(f"{{type: tool_call, tool: grade{arguments}}}", subject)).passed is passed
    grade = await graded("{type: tool_call, tool: other}", subject)
    assert (grade.passed, grade.reason) == (False, "Called: look, grade, grade")


async def test_cost_and_time_are_graded_and_unknown_ones_are_errors():
    subject = Subject("", cost=2_000, seconds=3.0)
    assert (await graded("{type: cost, at_most: 0.002}", subject)).passed is True
    assert (await graded("{type: cost, at_most: 0.001999}", subject)).passed is False
    assert (await graded("{type: latency, at_most: 3}", subject)).passed is True
    assert (await graded("{type: latency, at_most: 2.9}", subject)).passed is False
    for line in ("{type: cost, at_most: 1}", "{type: latency, at_most: 1}"):
        assert "not known" in (await graded(line, "")).error


async def test_hostile_expressions_and_schemas_end():
    text = "a" * 40 + "b"
    assert (await graded("{type: regex, pattern: '^(a+)+$'}", text)).passed is False
    line = "{type: json_schema, schema: {type: string, pattern: '^(a+)+$'}}"
    assert (await graded(line, f'"{text}"')).passed is False
    steps = ", ".join(
        f"a{at}: {{allOf: [{{$ref: '#/$defs/a{at + 1}'}}, {{$ref: '#/$defs/a{at + 1}'}}]}}" for at in range(60)
    )
    line = f"{{type: json_schema, schema: {{$defs: {{{steps}, a60: {{}}}}, $ref: '#/$defs/a0'}}}}"
    with graders(line) as found:
        for _time in range(2):
            grade = (await grade_answer(found, Subject("1"))).grades[0]
            assert (grade.passed, grade.error) == (None, "The schema was not checked within 1.0 s.")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{type: json_schema, schema: {$ref: 'http://127.0.0.1:1/x.json'}}", "are not followed"),
        ("{type: json_schema, schema: {$ref: 'file:///etc/passwd'}}", "are not followed"),
        ("{type: json_schema, schema: {type: bogus}}", "The schema cannot be used"),
        ("{type: json_schema, schema: {pattern: '(a)\\1'}}", "The schema cannot be used"),
        ("{type: json_schema, schema: x.json}", "there is no file files/x.json"),
        ("{type: regex, pattern: '(?=x)a'}", "RE2 cannot read the expression"),
        ("{type: regex, pattern: '((a{0,100}){0,100}){0,100}'}", "RE2 cannot read the expression"),
        ("{type: model, profile: judge, rubric: x, at_least: 1}", "there is no model judge"),
    ],
)
def test_what_cannot_be_used_is_named_before_anything_is_asked(line, words):
    with pytest.raises(ValidationFailed) as caught, graders(line):
        pass
    assert caught.value.errors["suite"][0].startswith("Line 4: ")
    assert words in caught.value.errors["suite"][0]


async def test_a_schema_may_be_a_file():
    files = {"files/x.json": '{"type": "integer"}'}
    assert (await graded("{type: json_schema, schema: x.json}", "7", files=files)).passed is True
    with pytest.raises(ValidationFailed), graders("{type: json_schema, schema: x.json}", files={"files/x.json": "{"}):
        pass


JUDGE = "{type: model, profile: judge, rubric: 'Cites {{term}}', at_least: 0.7}"


async def test_a_judge_may_fence_its_grade():
    judge = ScriptedModel.of('```json\n{"score": 0.8, "reason": "Cites 6.5"}\n```')
    grade = await graded(JUDGE, Subject("6.5", "Why?", members={"term": "6.5"}), judges={"judge": judge})
    assert grade == Grade("model", True, 0.8, "Cites 6.5")
    assert judge.asked[0].purpose == "grade"
    assert "Cites 6.5" in judge.sent


async def test_a_judge_that_writes_prose_is_asked_once_more():
    judge = ScriptedModel.of("Rather good.", '{"score": 0.5}')
    grade = await graded(JUDGE, "x", judges={"judge": judge})
    assert (grade.passed, grade.score, len(judge.asked)) == (False, 0.5, 2)


@pytest.mark.parametrize("answer", ["Good.", '{"score": 2}', '{"score": true}', '["score"]', '{"score": "1"}', ""])
async def test_a_judge_without_a_grade_is_an_error(answer):
    judge = ScriptedModel.of(answer, answer)
    grade = await graded(JUDGE, "x", judges={"judge": judge})
    assert (grade.passed, grade.score, grade.error) == (None, None, "The judge did not answer with a grade, twice.")


async def test_a_grader_that_breaks_is_an_error_and_never_a_failure():
    # A script without any answer left raises.
    grade = await graded(JUDGE, "x", judges={"judge": ScriptedModel.of()})
    assert (grade.passed, grade.error) == (None, "The grader failed.")


async def test_a_call_of_the_judge_that_fails_names_its_cause():
    class NoBudget(ScriptedModel):
        async def generate(self, request, /):
            raise AgentFailed("budget_exhausted", "Nothing is left.")

    grade = await graded(JUDGE, "x", judges={"judge": NoBudget.of()})
    assert (grade.passed, grade.error) == (None, "budget_exhausted: Nothing is left.")


def test_an_answer_passes_if_every_grader_says_so():
    good, bad, broken = Grade("a", True, 1.0), Grade("b", False, 0.5), Grade("c", None, None, error="x")
    assert (CellGrades((good,)).passed, CellGrades((good,)).score) == (True, 1.0)
    assert (CellGrades((good, bad)).passed, CellGrades((good, bad)).score) == (False, 0.75)
    assert (CellGrades((good, bad, broken)).passed, CellGrades((good, broken)).score) == (None, None)
    assert broken.as_data() == {"grader": "c", "passed": None, "score": None, "error": "x"}
