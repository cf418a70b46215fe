"""Canonical texts (RFC 8785): read strictly, so that one value has one text, and a text one hash."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Annotated, Any, Final, NoReturn

import msgspec

from kernel.canonical import canonical
from stages.registers.fold.errors import Malformed
from stages.registers.fold.members import MAX_INTEGER

# Values as all texts have them that this program writes, but for floats: objects and lists within each other, integers
# that every reader holds exactly.
_NESTED: Final = 8
_LEAF: Any = str | bool | Annotated[int, msgspec.Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)] | None
_LIST: Any = list
_OBJECT: Any = dict


def _nested(inner: Any, depth: int) -> Any:
    return _nested(_LEAF | _LIST[inner] | _OBJECT[str, inner], depth - 1) if depth else inner


_decoder: Final = msgspec.json.Decoder(_OBJECT[str, _nested(_LEAF, _NESTED)])
_encoder: Final = msgspec.json.Encoder(order="sorted")
# From here on, the order of characters is not that of their UTF-16.
_LATE_CHARACTER: Final = re.compile("[\ue000-\U0010ffff]")


def read_canonical(text: str, most_bytes: int) -> Any:
    """The value of a canonical text. Raises `Malformed` for a text that RFC 8785 would write otherwise.

    A number without point and exponent beyond ±(2^53−1) is the double that it spells.
    """
    data = text.encode(errors="surrogatepass")
    if len(data) > most_bytes:
        raise Malformed("", "longer than {most} bytes", most=most_bytes)
    found = _read_common(text, data)
    return _read_any(text) if found is None else found


def _read_common(text: str, data: bytes) -> dict[str, Any] | None:
    """The object of a canonical text without floats, in a fraction of the time; None for every other text.

    The same value gives the same bytes again, so no other text passes. Where names might be in another order than
    RFC 8785 wants, it is not tried.
    """
    if not text.isascii() and _LATE_CHARACTER.search(text):
        return None
    try:
        value: dict[str, Any] = _decoder.decode(data)
        return value if _encoder.encode(value) == data else None
    except (ValueError, RecursionError):
        return None


def _read_any(text: str) -> Any:
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
