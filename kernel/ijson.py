"""A strict parser of I-JSON (RFC 7493) with a limit of depth.

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

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from kernel.json_problems import at_place, syntax_problem

MAX_DEPTH: Final = 100
MAX_INTEGER: Final = 2**53 - 1

_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_LEXEME = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|NaN|-?Infinity|[\[\]{}:]', re.DOTALL)
_UNFIT = re.compile("[\x00\ud800-\udfff]")


def parse(
    text: str | bytes,
    *,
    name: str = "body",
    max_depth: int = MAX_DEPTH,
    exact_numbers: bool = False,
    first_line: int = 1,
) -> object:
    """Parse one I-JSON document.

    `name` is the field that the error names; it says the line and the column too, where `text` begins on `first_line`.
    With `exact_numbers`, a number with a point or an exponent is a `Decimal` of all its digits instead of the nearest
    double. Raises `ValidationFailed` for anything RFC 7493 forbids, for NUL characters (Postgres cannot hold them), for
    a byte order mark, and for nesting deeper than `max_depth`.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ValidationFailed({name: [_("Not UTF-8 at byte {at}.").format(at=error.start)]}) from None
    try:
        _check_depth(text, max_depth)
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_exact_number if exact_numbers else _number,
        )
        _check_strings(value)
    except json.JSONDecodeError as error:
        raise ValidationFailed({name: [syntax_problem(error, first_line=first_line)]}) from None
    except _RefusedError as error:
        at = _offset_of_refusal(text) if error.offset is None else error.offset
        raise ValidationFailed({name: [at_place(str(error), text, at, first_line=first_line)]}) from None
    return value


def check_text(text: str, *, name: str) -> str:
    """Return `text` with line ends made LF; refuse NUL and lone surrogates with `ValidationFailed`."""
    return with_lf(check_storable(text, name=name))


def check_storable(text: str, *, name: str) -> str:
    """Return `text` just as it is; refuse NUL and lone surrogates with `ValidationFailed`."""
    problem = _text_problem(text)
    if problem:
        words, at = problem
        raise ValidationFailed({name: [at_place(words, text, at)]})
    return text


def with_lf(text: str) -> str:
    """The text with CRLF and CR made LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class _RefusedError(ValueError):
    """What RFC 7493 forbids, in the words the caller will read; `offset` where it is known."""

    def __init__(self, words: str, offset: int | None = None) -> None:
        super().__init__(words)
        self.offset = offset


def _text_problem(text: str) -> tuple[str, int] | None:
    """What Postgres cannot hold of a text, and at which offset."""
    if text.isascii() and "\x00" not in text:
        return None
    unfit = _UNFIT.search(text)
    if unfit is None:
        return None
    if unfit.group() == "\x00":
        return _("a NUL character cannot be stored; remove it"), unfit.start()
    return _("a lone surrogate is not Unicode text; remove it"), unfit.start()


def _check_depth(text: str, max_depth: int) -> None:
    if text.count("[") + text.count("{") <= max_depth:
        return
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        mark = match.group()
        if mark in "[{":
            depth += 1
            if depth > max_depth:
                raise _RefusedError(_("nested more than {most} levels deep").format(most=max_depth), match.start())
        elif mark in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _value in pairs:
            if key in seen:
                raise _RefusedError(_("duplicate key {name!r}").format(name=key[:40]))
            seen.add(key)
    return found


def _refuse_constant(literal: str) -> NoReturn:
    raise _RefusedError(_("{literal} is not a JSON number").format(literal=literal))


def _integer(literal: str) -> int:
    if len(literal) > 17 or abs(int(literal)) > MAX_INTEGER:
        words = _("the integer {literal} is beyond 2^53, where a double is no longer exact")
        raise _RefusedError(words.format(literal=literal[:40]))
    return int(literal)


def _number(literal: str) -> float:
    number = float(literal)
    vanished = number == 0.0 and re.search(r"[1-9]", re.split("[eE]", literal)[0]) is not None
    if math.isinf(number) or vanished:
        raise _RefusedError(_("the number {literal} does not fit a double").format(literal=literal[:40]))
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
                raise _RefusedError(problem[0])
        elif isinstance(item, dict):
            pending.extend(_members(item))
        elif isinstance(item, list):
            pending.extend(item)


def _members(item: dict[str, object]) -> Iterable[object]:
    yield from item.keys()
    yield from item.values()


def _offset_of_refusal(text: str) -> int:
    """The offset of the first thing that I-JSON forbids, in a text that is well-formed up to there."""
    names: list[set[str] | None] = []
    latest, latest_at = "", 0
    for match in _LEXEME.finditer(text):
        lexeme = match.group()
        if lexeme in "[{":
            names.append(set() if lexeme == "{" else None)
        elif lexeme in "]}":
            del names[-1:]
        elif lexeme == ":":
            here = names[-1] if names else None
            if here is None or latest in here:
                return latest_at
            here.add(latest)
        else:
            value = _value_of(lexeme)
            if value is None:
                return match.start()
            latest, latest_at = value, match.start()
    return latest_at


def _value_of(lexeme: str) -> str | None:
    """A string's value, a number's spelling, or None where I-JSON forbids it."""
    try:
        value = json.loads(lexeme, parse_constant=_refuse_constant, parse_int=_integer, parse_float=_number)
    except ValueError:
        return None
    if not isinstance(value, str):
        return lexeme
    return None if _text_problem(value) else value
