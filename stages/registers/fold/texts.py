"""Canonical texts (RFC 8785): read strictly, so that one value has one text, and a text one hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NoReturn

from kernel.canonical import canonical
from stages.registers.fold.errors import Malformed
from stages.registers.fold.members import MAX_INTEGER


def read_canonical(text: str, most_bytes: int) -> Any:
    """The value of a canonical text. Raises `Malformed` for a text that RFC 8785 would write otherwise.

    A number without point and exponent beyond ±(2^53−1) is the double that it spells.
    """
    if len(text) > most_bytes or len(text.encode(errors="surrogatepass")) > most_bytes:
        raise Malformed("", "longer than {most} bytes", most=most_bytes)
    try:
        value = json.loads(text, parse_int=_integer, parse_constant=_refuse)
        again = canonical(value)
    except (ValueError, RecursionError) as error:
        raise Malformed("", "not JSON: {error}", error=str(error)[:200]) from None
    if again != text:
        raise Malformed("", "not the canonical text (RFC 8785) of its value")
    return value


def sha256(text: str) -> str:
    """SHA-256 of a text in UTF-8, in lowercase hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _integer(literal: str) -> int | float:
    if len(literal) > 22:
        raise ValueError("a number with too many digits")
    value = int(literal)
    return value if abs(value) <= MAX_INTEGER else float(literal)


def _refuse(literal: str) -> NoReturn:
    raise ValueError(f"{literal} is no number of JSON")
