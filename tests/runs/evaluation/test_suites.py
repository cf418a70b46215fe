"""Suite files and files of cases."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kernel.errors import ValidationFailed
from stages.runs.evaluation.cases import parse_cases, variables_of
from stages.runs.evaluation.suites import GraderSpec, PassRules, check_suite, parse_suite
from tests.runs.evaluation.suite_text import SUITE


def refusal(text: str) -> str:
    with pytest.raises(ValidationFailed) as caught:
        parse_suite(text)
    return caught.value.errors["suite"][0]


def test_a_suite_is_read():
    suite = parse_suite(SUITE)
    assert (suite.cases, suite.models, suite.repeat) == ("files/corpus/adverse_events.jsonl", ("house",), 2)
    assert suite.graders == (
        GraderSpec("contains", "safety", 6, {"value": "{{term}}"}),
        GraderSpec("model", "model", 7, {"profile": "judge", "rubric": "Cites a section", "at_least": Decimal("0.7")}),
    )
    assert suite.rules == PassRules(Decimal("0.95"), Decimal("1.0"), ("safety",))
    assert (suite.judges, suite.schemas) == (("judge",), ())


def test_what_a_suite_does_not_say_has_a_default():
    suite = parse_suite("cases: c.jsonl\nmodels: [a]\ngraders: [{type: exact, value: x}, {type: exact, value: y}]\n")
    assert (suite.input, suite.repeat, suite.rules) == ("{{input}}", 1, PassRules())
    assert [spec.name for spec in suite.graders] == ["exact", "exact 2"]


def test_every_grader_is_read():
    suite = parse_suite(
        "cases: files/c.jsonl\nmodels: [a, b]\ngraders:\n"
        "- {type: contains, value: [a, b], ignore_case: true}\n"
        "- {type: regex, pattern: 'a+'}\n"
        "- {type: json_schema, schema: {type: object, required: [x], minProperties: 1, const: null}}\n"
        "- {type: json_schema, schema: schemas/x.json, name: file}\n"
        "- {type: similarity, value: x, at_least: 1}\n"
        "- {type: tool_call, tool: grade, arguments: {level: 2, sure: true, of: ['{{term}}', 1.5]}}\n"
        "- {type: cost, at_most: 0.002}\n- {type: latency, at_most: 3}\n"
    )
    assert [spec.options for spec in suite.graders] == [
        {"value": ("a", "b"), "ignore_case": True},
        {"pattern": "a+"},
        {"schema": {"type": "object", "required": ["x"], "minProperties": 1, "const": None}},
        {"schema": "files/schemas/x.json"},
        {"value": "x", "at_least": Decimal(1)},
        {"tool": "grade", "arguments": {"level": 2, "sure": True, "of": ["{{term}}", 1.5]}},
        {"at_most": Decimal("0.002")},
        {"at_most": Decimal(3)},
    ]
    assert suite.schemas == ("files/schemas/x.json",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("cases: corpus/adverse_events.jsonl\n", "", "Line 1: the member cases is missing."),
        ("repeat: 2", "repeats: 2", "Line 4: repeats: unknown member. Members are: cases, input, models"),
        ("repeat: 2", "repeat: 0", "Line 4: repeat: must be a whole number from 1 to 100."),
        ("repeat: 2", "repeat: two", "Line 4: repeat: must be a whole number from 1 to 100."),
        ("repeat: 2", "repeat: 1:30", "Line 4: repeat: must be a whole number from 1 to 100."),
        ("[house]", "[]", "Line 3: models: must have 1 to 20 items."),
        ("[house]", "[a, a]", "Line 3: models: a model is named twice."),
        ("[house]", "[no]", "Line 3: models[0]: must be text; put it in quotes."),
        ("[house]", "house", "Line 3: models: must be a list."),
        ("type: contains", "type: containz", "Line 6: graders[0].type: unknown grader. Graders are: exact, contains"),
        ("value:", "pattern:", "Line 6: graders[0].pattern: unknown member."),
        (', rubric: "Cites a section"', "", "Line 7: graders[1]: the member rubric is missing."),
        ("at_least: 0.7", "at_least: 70", "Line 7: graders[1].at_least: must be a number from 0 to 1."),
        ("at_least: 0.7}", "at_least: .nan}", "Line 7: graders[1].at_least: must be a number from 0 to 1."),
        ("at_least: 0.7}", "at_least: 0.7, name: safety}", "Line 7: graders[1].name: another grader has this name."),
        ("must: [safety]", "must: [safe]", "Line 8: pass.must[0]: no grader has this name."),
        ("rate: 0.95", "rate: yes", "Line 8: pass.rate: must be a number from 0 to 1."),
        ("corpus/adverse", "../adverse", "Line 1: cases: The path must not contain '..'."),
        ("[house]", "[!!python/name:os.system house]", "Line 3: models[0]: has a tag that is not known here."),
        ("[house]", "[house", "Invalid YAML."),
        ("repeat: 2", "cases: x", "duplicate key"),
        (SUITE, "# nothing\n", "The suite is empty."),
        (SUITE, "- a\n", "Line 1: must be a mapping."),
    ],
)
def test_a_mistake_is_named_with_its_line_and_member(old, new, words):
    assert words in refusal(SUITE.replace(old, new, 1))


QUESTION = "{{term}}, day {{day}}"


def test_cases_have_their_id_or_a_hash_of_their_input_as_key():
    text = (
        '{"id": "C-07", "term": "rash", "day": 1}\n\n{"id": 8, "term": "fever"}\n'
        '{"term": "rash", "day": 2, "note": "a"}\n{"other": 1}\n'
    )
    cases = parse_cases(text, name="files/c.jsonl", question=QUESTION)
    assert [(case.key[:8], case.line) for case in cases[:2]] == [("C-07", 1), ("8", 3)]
    changed = parse_cases('{"day": 2, "term": "rash", "note": "b"}', name="c", question=QUESTION)
    assert changed[0].key == cases[2].key
    assert len(cases[3].key) == 64
    assert variables_of(cases) == {"id", "term", "day", "note", "other"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"id": 1}\n{"id": "a"\n', "Line 2, column 11"),
        ('{"id": 1}\n[1]\n', "Line 2: must be a JSON object."),
        ('{"id": 1}\n\n{"id": "1"}\n', "Line 3: has the same id or input as line 1."),
        ('{"term": "a"}\n{"term": "a"}\n', "Line 2: has the same id or input as line 1."),
        ('{"id": ""}\n', "Line 1: id: Must not be empty."),
        ('{"id": [1]}\n', "Line 1: id: Must be text."),
        ("\n", "There are no cases."),
        ('{"x": NaN}', "NaN"),
    ],
)
def test_a_broken_line_is_named(text, words):
    with pytest.raises(ValidationFailed) as caught:
        parse_cases(text, name="files/c.jsonl", question=QUESTION)
    assert words in caught.value.errors["files/c.jsonl"][0]


def test_names_that_no_case_has_and_too_many_cells_are_refused():
    suite = parse_suite(SUITE)
    cases = parse_cases('{"term": "a", "day": 1}', name="c", question=suite.input)
    check_suite(suite, cases)
    with pytest.raises(ValidationFailed, match="input: no case has the member day"):
        check_suite(suite, parse_cases('{"term": "a"}', name="c", question=suite.input))
    wrong = parse_suite(SUITE.replace('value: "{{term}}"', 'value: ["x", "{{grade}}"]'))
    with pytest.raises(ValidationFailed, match=r"safety\.value: no case has the member grade"):
        check_suite(wrong, cases)
    many = "\n".join(f'{{"term": "a", "day": {day}}}' for day in range(10_001))
    with pytest.raises(ValidationFailed, match="20002 answers are asked for; at most 20000 may be"):
        check_suite(suite, parse_cases(many, name="c", question=suite.input))
