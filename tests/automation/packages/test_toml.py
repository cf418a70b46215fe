"""TOML that anybody may have written: case 8, and what else takes long."""

from __future__ import annotations

import time
import tomllib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import ValidationFailed
from stages.automation.packages.toml import MAX_BYTES, read_toml
from tests.automation.packages.making import errors_of, within

HOSTILE = {
    "a key of 20,000 dots": "a" + ".a" * 20_000 + " = 1",
    "quoted parts": '"a"' + '."a"' * 12_000 + " = 1",
    "parts with spaces": "a" + " . a" * 12_000 + " = 1",
    "5,000 nested brackets": "a = " + "[" * 5_000 + "]" * 5_000,
    "5,000 nested tables": "a = " + "{a = " * 5_000 + "1" + "}" * 5_000,
    "a 5,000-digit integer": "a = " + "1" * 5_000,
    "digits with lines between": "a = " + "1_" * 5_000 + "1",
    "a long fraction": "a = 1." + "1" * 5_000,
    "a long hexadecimal number": "a = 0x" + "f" * 5_000,
    "70 KiB": "#" * 70 * 1024,
    "8,000 tables": "\n".join(f"[a{each}]" for each in range(7_500)),
    "10,000 arrays of tables": "[[a]]\n" * 10_000,
    "escaped quotes without an end": 'a = """' + '\\"' * 30_000,
    "backslashes without an end": 'a = "' + "\\" * 60_000,
    "quotes only": '"' * 60_000,
    "apostrophes only": "'" * 60_000,
    "both in turn": "\"'" * 30_000,
    "commas": "a = [" + "," * 60_000,
    "a date": "a = 1979-05-27",
    "no TOML": "[module\nname = 1",
    "a key twice": "a = 1\na = 2",
}
# Nothing is wrong with these.
LONG = {
    "keys": "\n".join(f"k{each} = 1" for each in range(6_000)),
    "keys of seven parts": "\n".join(f"a.b.c.d.e.f.k{each} = 1" for each in range(3_000)),
    "numbers": "a = [" + ",".join("1" * 30_000) + "]",
    "inline tables": "a = [" + ",".join(["{b = 1}"] * 7_000) + "]",
    "a text of many lines": 'a = """' + "\\\n" * 20_000 + '"""',
    "comments": "#\n" * 30_000,
}
PARTS = ("a", ".", '"a"', '"', "[", "]", "{", "}", "=", ",", '"""', "'", "'''", '\\"', "\n", "#", "1_", "0x")
PATHS = {
    "nan": "[x.y]\nb = nan",
    "infinity": "[x.y]\nb = -inf",
    "1e999": "[x.y]\nb = 1e999",
    "2^53": f"x.y.b = {2**53}",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_is_hostile_is_refused_at_once(text: str):
    with within():
        assert errors_of(lambda: read_toml(text))


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_what_is_long_is_read_as_tomllib_reads_it(text: str):
    assert read_toml(text) == tomllib.loads(text)
    with within():
        read_toml(text)


@pytest.mark.parametrize("text", PATHS.values(), ids=PATHS)
def test_a_number_that_json_cannot_hold_is_named_by_its_path(text: str):
    assert errors_of(lambda: read_toml(text)).keys() == {"x.y.b"}


def test_brackets_and_dots_in_texts_and_comments_do_not_count():
    inner = "[{" * 100 + "a.b" * 100
    text = f'a = "{inner}"\nb = """\n{inner}\n"""\nc = \'{inner}\' # {inner}\n'
    assert read_toml(text) == {"a": inner, "b": f"{inner}\n", "c": inner}


def test_a_mistake_says_its_line():
    assert "Line 3" in errors_of(lambda: read_toml("a = 1\nb = 2\nc = " + "[" * 50))["module.toml"][0]


@given(st.text(alphabet="a1.[]{}\"'=,#\\\n _-", max_size=400))
def test_whatever_is_written_is_read_as_tomllib_reads_it_or_refused(text: str):
    with suppress(ValidationFailed):
        assert read_toml(text) == tomllib.loads(text)


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4))
def test_no_repeated_pattern_takes_long(parts: list[str]):
    pattern = "".join(parts) or "\n"
    text = ("a = " + pattern * (MAX_BYTES // len(pattern)))[:MAX_BYTES]
    begun = time.process_time()
    with suppress(ValidationFailed):
        read_toml(text)
    assert time.process_time() - begun < 0.5
