"""json and csv of scripts, held against Python's own."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.automation import lua

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def run(source: str, **arguments: object) -> list[str]:
    outcome = lua.run(source, arguments=arguments)
    assert outcome.state == "succeeded", outcome
    return [line.text for line in outcome.log]


@given(st.lists(VALUES, max_size=8))
def test_json_comes_out_as_it_went_in(values):
    written = [json.dumps(value, ensure_ascii=False) for value in values]
    source = "for i = 1, #args.texts do print(json.encode(json.decode(args.texts[i]))) end"
    assert [json.loads(text) for text in run(source, texts=written)] == values


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "[1,]",
        '{"a"}',
        '{"a":}',
        "nul",
        "tru",
        '"\\x"',
        '"\\ud800"',
        '"\\udc00"',
        '"a\nb"',
        "1 2",
        "[" * 60,
        "'a'",
        "-",
    ],
)
def test_what_is_no_json_is_refused(text):
    outcome = lua.run("print(pcall(json.decode, args.text))", arguments={"text": text})
    assert outcome.log[0].text.startswith("false\tnot JSON at byte ")


@pytest.mark.parametrize(
    "value",
    [
        "print",
        "0/0",
        "1/0",
        "{[1.5] = 1}",
        "{[{}] = 1}",
        "{a = print}",
        "(function() local t = {} t.t = t return t end)()",
    ],
)
def test_what_json_cannot_hold_is_refused(value):
    assert lua.run(f"json.encode({value})").code == "error"


ROWS = st.lists(
    st.lists(TEXTS.map(lambda text: text.replace("\0", "")), min_size=2, max_size=4), min_size=1, max_size=6
)


@given(ROWS)
def test_csv_is_read_and_written_as_python_does(rows):
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    source = "local rows = csv.decode(args.text) print(json.encode(rows)) print(csv.encode(rows))"
    read, written = run(source, text=out.getvalue())
    assert json.loads(read) == list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert list(csv.reader(io.StringIO(written, newline=""))) == json.loads(read)


def test_csv_with_a_header_and_other_separators():
    source = """
        local rows = csv.decode("\\239\\187\\191name;mail\\nAda;a@b\\n\\nBob", {header = true, separator = ";"})
        print(#rows, rows[1].name, rows[1].mail, rows[2].name, rows[2].mail)
        print(csv.encode(rows, {columns = {"mail", "name"}, separator = ";"}))
        print(pcall(csv.decode, '"open'), pcall(csv.decode, '"a"b'), pcall(csv.decode, 5))
    """
    first, second, third = run(source)
    assert first == "2\tAda\ta@b\tBob\t"
    assert second == "mail;name\r\na@b;Ada\r\n;Bob\r\n"
    assert third.count("false") == 3
