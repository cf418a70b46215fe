"""JSON as it is hashed and as it is read: RFC 8785 for flat objects of texts, and a strict parser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn


def canonical(body: Mapping[str, str]) -> str:
    """The RFC 8785 text of an object whose members are texts, with ASCII names.

    Of RFC 8785 this is all that such an object needs: Python escapes strings as the standard asks.
    """
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def parse(text: str) -> Any:
    """The value of a JSON text.

    Raises `ValueError` also for names that occur twice, NaN and infinities, lone surrogates, and what is nested too
    deep.
    """
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("It is nested too deep.") from error
    return value


def clean(text: str) -> str:
    """The text without what no JSON on the way may hold: lone surrogates, of names that are no UTF-8, and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A name occurs twice in an object.")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON.")
