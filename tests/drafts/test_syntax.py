"""Files in YAML, JSON and JSON lines follow their grammar, or the save names the line."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from drafts.syntax import check_syntax
from kernel.errors import ValidationFailed

BILLION_LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)


def problem(text: str, language: str | None) -> str:
    with pytest.raises(ValidationFailed) as refusal:
        check_syntax(text, language=language, name="files/it")
    assert list(refusal.value.errors) == ["files/it"]
    return refusal.value.errors["files/it"][0]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("yaml", ""),
        ("yaml", "agents:\n  - &a {name: triage}\n  - *a\n---\nsecond: document\n"),
        ("yaml", "a: 1\nb:\n  a: 2\n  '1': x\n  1: y\n"),
        ("yaml", "base: &b {x: 1}\none: {<<: *b}\n"),
        ("yaml", "tag: !Ref thing\ncode: !!python/object/apply:os.system [exit 1]\n"),
        ("json", ' {"a": [1, 2.50, "é"], "b": {"a": null}}\n'),
        ("jsonl", '{"q": "a"}\n\n[1]\n"x"\n'),
        ("jsonl", ""),
        ("jsonl", '{"q": "a\\u2028b\u2028c"}\r\n'),
        ("markdown", "{ not json"),
        (None, "{ not json"),
    ],
)
def test_it_lets_good_texts_and_other_languages_pass(language: str | None, text: str):
    check_syntax(text, language=language, name="files/it")


@pytest.mark.parametrize(
    ("language", "text", "line", "words"),
    [
        ("yaml", "a:\n  - b\n c: d\n", 3, "Invalid YAML"),
        ("yaml", "a: b\nc: 'open\n", 3, "Invalid YAML"),
        ("yaml", "a: b\nc: *nothing\n", 2, "is not defined"),
        ("yaml", "a: &a\n  b:\n    - *a\n", 3, "the alias *a refers to itself"),
        ("yaml", "a: 1\nb: 2\na: 3\n", 3, "duplicate key 'a'"),
        ("yaml", "a: b\nc: \x07\n", 2, "Invalid YAML"),
        ("yaml", "[" * 10_000 + "]" * 10_000, 1, "levels deep"),
        ("yaml", "\n" + BILLION_LAUGHS, 8, "expand to more than"),
        ("json", '{\n  "a": 1,\n}', 2, "Invalid JSON"),
        ("json", "", 1, "Invalid JSON. Line 1, column 1: the text is empty"),
        ("json", '{\n  "a": 1,\n  "b": NaN\n}', 3, "NaN"),
        ("json", '{\n  "a": 1,\n  "a": 2\n}', 3, "duplicate key 'a'"),
        ("json", '[\n"\\ud800"\n]', 2, "surrogate"),
        ("json", "[\n1e999\n]", 2, "double"),
        ("json", "[\n" * 10_000 + "]" * 10_000, 101, "levels deep"),
        ("json", "]" + "[" * 200, 1, "levels deep"),
        ("jsonl", '{"q": 1}\n{"q": }\n', 2, "column 7"),
        ("jsonl", '{"q": 1}\n\n{"q": NaN}\n', 3, "NaN"),
        ("jsonl", '{"q":\n 1}\n', 1, "Invalid JSON"),
        ("jsonl", "1\n" + "[" * 10_000 + "]" * 10_000, 2, "levels deep"),
    ],
)
def test_it_names_the_line(language: str, text: str, line: int, words: str):
    message = problem(text, language)

    assert words in message
    assert re.search(rf"\bline {line}\b", message, re.IGNORECASE)


def test_a_tag_that_names_code_is_never_run(tmp_path):
    witness = tmp_path / "witness"

    check_syntax(f"!!python/object/apply:pathlib.Path.touch [{witness}]\n", language="yaml", name="files/it")

    assert not witness.exists()


def test_a_line_of_5_mb_is_read_in_bounded_time():
    check_syntax('"' + "x" * 5_000_000 + '"\n', language="jsonl", name="files/it")


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab\n", max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(JSON_VALUES, max_size=5))
def test_whatever_a_program_writes_passes(values: list[object]):
    check_syntax("".join(json.dumps(each) + "\n" for each in values), language="jsonl", name="files/it")
    check_syntax(json.dumps(values, indent=1), language="json", name="files/it")
    check_syntax(yaml.safe_dump(values), language="yaml", name="files/it")


@given(JSON_VALUES, st.integers(0, 50))
def test_a_break_on_any_line_is_found_there(value: object, line: int):
    lines = [json.dumps(value)] * 51
    lines[line] = "{broken"

    assert f"Line {line + 1}, column" in problem("\n".join(lines), "jsonl")


@pytest.mark.parametrize(
    ("language", "text", "place"),
    [
        ("json", "\ufeff{}", "Line 1, column 1: starts with a byte order mark; remove it"),
        ("jsonl", '1\n\ufeff{"q": 1}\n', "Line 2, column 1: starts with a byte order mark; remove it"),
        ("json", '{\n  "ä😀": 1,\n}', "Line 2, column 11: there is a comma after the last item"),
        ("json", '{"😀": NaN}', "Line 1, column 8: NaN"),
        ("json", '{"a": {"b": 1}, "c": {"b": 1, "b": 2}}', "Line 1, column 31: duplicate key 'b'"),
        ("json", '["a", "\\u0000"]', "Line 1, column 7: a NUL character"),
        ("yaml", "\ufeffa: b: c", "Line 1, column 6: unexpected colon"),
        ("yaml", "a: b\nä: 😀 \x07", "Line 2, column 7: a control character is not allowed"),
        ("yaml", "- a\nb: c", 'Line 2, column 1: "-" is missing'),
    ],
)
def test_a_refusal_says_the_line_and_the_column_as_an_editor_counts_them(language: str, text: str, place: str):
    assert place in problem(text, language)


BROKEN_JSON = st.text(st.sampled_from('{}[]",:\\u01aeN-.\n\t \ufeff\x00'), max_size=12)


@given(BROKEN_JSON)
def test_no_refusal_speaks_in_the_words_of_the_parser(text: str):
    try:
        json.loads(text)
        said = ""
    except ValueError as error:
        said = getattr(error, "msg", "")
    try:
        check_syntax(text, language="json", name="files/it")
    except ValidationFailed as refusal:
        words = refusal.errors["files/it"][0]
        assert re.search(r"Line \d+, column \d+: ", words)
        assert "something else was expected" not in words
        assert not said or said not in words
