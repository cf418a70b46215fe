"""Strict JSON at the door: I-JSON (RFC 7493), bounded in depth.

Python's own parser lets through what cannot be stored, hashed or sent back unchanged: NaN, duplicate names, lone
surrogates, integers beyond 2^53, nesting that exhausts the stack. Everything is refused here with `ValidationFailed`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, NoReturn

from audit.errors import ValidationFailed

MAX_DEPTH: Final = 100
MAX_INTEGER: Final = 2**53 - 1

_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse(text: str | bytes, *, name: str = "body", max_depth: int = MAX_DEPTH, exact_numbers: bool = False) -> object:
    """Parse one I-JSON document.

    `name` is the field that the error names. With `exact_numbers`, a number with a point or an exponent is a `Decimal`
    of all its digits instead of the nearest double. Raises `ValidationFailed` for anything RFC 7493 forbids, for NUL
    characters (Postgres cannot hold them), and for nesting deeper than `max_depth`.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ValidationFailed({name: [f"Not UTF-8 at byte {error.start}."]}) from None
    _check_depth(text, name, max_depth)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_exact_number if exact_numbers else _number,
        )
        _check_strings(value)
    except json.JSONDecodeError as error:
        message = f"Not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise ValidationFailed({name: [message]}) from None
    except _RefusedError as error:
        raise ValidationFailed({name: [str(error)]}) from None
    return value


def check_text(text: str, *, name: str) -> str:
    """Return `text` with line ends made LF; refuse NUL and lone surrogates with `ValidationFailed`."""
    problem = _text_problem(text)
    if problem:
        raise ValidationFailed({name: [problem]})
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class _RefusedError(ValueError):
    """What RFC 7493 forbids, in the words the caller will read."""


def _text_problem(text: str) -> str | None:
    if "\x00" in text:
        return "Contains a NUL character."
    if not text.isascii() and _SURROGATE.search(text):
        return "Contains a lone surrogate, which is not Unicode text."
    return None


def _check_depth(text: str, name: str, max_depth: int) -> None:
    if text.count("[") + text.count("{") <= max_depth:
        return
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        mark = match.group()
        if mark in "[{":
            depth += 1
            if depth > max_depth:
                raise ValidationFailed({name: [f"Nested more than {max_depth} levels deep."]})
        elif mark in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _RefusedError(f"The name {key!r} stands twice in one object.")
            seen.add(key)
    return found


def _refuse_constant(literal: str) -> NoReturn:
    raise _RefusedError(f"{literal} is not a JSON number.")


def _integer(literal: str) -> int:
    if len(literal) > 17 or abs(int(literal)) > MAX_INTEGER:
        raise _RefusedError(f"The integer {literal[:40]} is beyond 2^53, where a double is no longer exact.")
    return int(literal)


def _number(literal: str) -> float:
    number = float(literal)
    vanished = number == 0.0 and re.search(r"[1-9]", re.split("[eE]", literal)[0]) is not None
    if math.isinf(number) or vanished:
        raise _RefusedError(f"The number {literal[:40]} does not fit a double.")
    return number


def _exact_number(literal: str) -> Decimal:
    # A zero may have an exponent beyond what a Decimal holds.
    return Decimal(literal) if _number(literal) else Decimal(0)


def _check_strings(value: object) -> None:
    pending: list[object] = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            problem = _text_problem(item)
            if problem:
                raise _RefusedError(problem)
        elif isinstance(item, dict):
            pending.extend(_members(item))
        elif isinstance(item, list):
            pending.extend(item)


def _members(item: dict[str, object]) -> Iterable[object]:
    yield from item.keys()
    yield from item.values()
