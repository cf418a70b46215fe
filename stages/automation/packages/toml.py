"""Reads TOML that anybody may have written, in a time and with memory that its size bounds.

`tomllib` takes seconds for a key of many parts, and overflows the stack where brackets are nested: both are looked for
before it is called.
"""

from __future__ import annotations

import math
import re
import tomllib
from typing import Any, Final

from django.utils.translation import gettext

from stages.automation.packages.refusing import refuse

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 12
MAX_PARTS: Final = 8
MAX_WORD: Final = 120
MAX_HEADERS: Final = 1_000
MAX_INTEGER: Final = 2**53 - 1
_FILE: Final = "module.toml"

# Strings and comments, in which nothing counts; words that are neither; what counts.
_TOKEN: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}'
    r"|'''(?:[^']|'(?!''))*+'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*+"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[A-Za-z0-9_+:-]+"
    r"|.",
    re.DOTALL,
)


def read_toml(text: str) -> dict[str, Any]:
    """The tables of a text. Raises `ValidationFailed` with the path of what is wrong."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise refuse(_FILE, gettext("It has more than 64 KiB."))
    _scan(text)
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError, OverflowError) as error:
        raise refuse(_FILE, gettext("It is no TOML: %(why)s") % {"why": str(error)[:200]}) from error
    _check_values(found, "", 0)
    return found


def _scan(text: str) -> None:
    """Refuse what `tomllib` should not see: nesting, keys of many parts, long words, very many tables."""
    depth = parts = headers = 0
    at_line_start = True
    for token in _TOKEN.finditer(text):
        word = token.group()
        first = word[0]
        if word in "\"'":
            # Each further quote would be looked for an end, too.
            raise refuse(_FILE, gettext("Line %(line)s: a text has no end.") % {"line": _line(text, token)})
        if first == ".":
            parts += 1
        elif first in "=,[]{}\n":
            parts = 0
        if first in "[{":
            depth += 1
            headers += at_line_start and depth == 1
        elif first in "]}":
            depth -= 1
        is_long = len(word) > MAX_WORD and first not in "\"'#"
        if depth > MAX_DEPTH or parts > MAX_PARTS or is_long or headers > MAX_HEADERS:
            raise refuse(_FILE, _words(depth, parts, headers) % {"line": _line(text, token)})
        if first == "\n" or not word.isspace():
            at_line_start = first == "\n"


def _line(text: str, token: re.Match[str]) -> int:
    return text.count("\n", 0, token.start()) + 1


def _words(depth: int, parts: int, headers: int) -> str:
    if depth > MAX_DEPTH:
        return gettext("Line %(line)s: brackets are nested too deep.")
    if parts > MAX_PARTS:
        return gettext("Line %(line)s: a key has too many parts.")
    if headers > MAX_HEADERS:
        return gettext("Line %(line)s: there are too many tables.")
    return gettext("Line %(line)s: a number or a name is too long.")


def _check_values(value: Any, path: str, depth: int) -> None:
    """Refuse what JSON cannot hold. Raises `ValidationFailed` with its path."""
    if depth > MAX_DEPTH:
        raise refuse(path, gettext("It is nested too deep."))
    if isinstance(value, dict | list):
        for name, each in value.items() if isinstance(value, dict) else enumerate(value):
            _check_values(each, f"{path}.{name}" if path else str(name), depth + 1)
    elif isinstance(value, bool):
        return
    elif isinstance(value, int | float):
        _check_number(value, path)
    elif not isinstance(value, str):
        raise refuse(path, gettext("Write a date as a text."))
    elif "\x00" in value:
        raise refuse(path, gettext("A text has no character NUL."))


def _check_number(value: float, path: str) -> None:
    if not math.isfinite(value):
        raise refuse(path, gettext("This is no number."))
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise refuse(path, gettext("A whole number has at most 53 bits."))
