"""Keys of the order of edges: fractional indexes in base 62, compared as ASCII; equal ones are ordered by edge id.

The keys are those of the library fractional-indexing, which is the one of `fractional-indexing` in JavaScript.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fractional_indexing import FIError, generate_key_between, generate_n_keys_between, validate_order_key

from stages.registers.fold.errors import Malformed

MAX_INDEX: Final = 200
# Beyond this length the neighbours get new keys in the same bundle.
LONG_INDEX: Final = 64

# The library itself lets some others through, and fails on some with an `IndexError`.
_PATTERN: Final = re.compile(r"[A-Za-z][0-9A-Za-z]*")


@dataclass(frozen=True, slots=True)
class Placing:
    """The key of a new place between two others, and the new keys of those that have to make room: `{edge id: key}`."""

    index: str
    rebalanced: dict[str, str]


def check_index(value: object, member: str) -> str:
    """A key of at most 200 characters. Raises `Malformed`."""
    if not isinstance(value, str) or len(value) > MAX_INDEX or not _PATTERN.fullmatch(value):
        raise Malformed(member, "not an index of 1 to {most} letters and digits", most=MAX_INDEX)
    try:
        validate_order_key(value)
    except FIError as error:
        raise Malformed(member, "not a fractional index: {error}", error=error) from None
    return value


def place_between(siblings: Sequence[tuple[str, str]], at: int) -> Placing:
    """A key that comes before the sibling number `at` (from 0), and after the one before.

    `siblings` are pairs of key and edge id in their order. Where the neighbours have equal keys, or the new key would
    have more than 64 characters, the run of keys around it is rewritten.
    """
    at = max(0, min(at, len(siblings)))
    low = siblings[at - 1][0] if at else None
    high = siblings[at][0] if at < len(siblings) else None
    if low is None or high is None or low < high:
        index = _between(low, high)
        if index is not None and len(index) <= LONG_INDEX:
            return Placing(index, {})
    return _rebalance(siblings, at)


def _between(low: str | None, high: str | None) -> str | None:
    try:
        return str(generate_key_between(low, high))
    except FIError:
        return None


def _rebalance(siblings: Sequence[tuple[str, str]], at: int) -> Placing:
    """New keys for the shortest run around a place between whose ends short keys can be found."""
    first, last = at, at
    width = 1
    while True:
        first, last = max(0, at - width), min(len(siblings), at + width)
        low = siblings[first - 1][0] if first else None
        high = siblings[last][0] if last < len(siblings) else None
        everything = first == 0 and last == len(siblings)
        if everything:
            low = high = None
        if low is None or high is None or low < high:
            fresh = _fresh(low, high, last - first + 1)
            if fresh and (everything or max(map(len, fresh)) <= LONG_INDEX // 2):
                index = fresh.pop(at - first)
                moved = {edge: key for (_, edge), key in zip(siblings[first:last], fresh, strict=True)}
                return Placing(index, moved)
        if everything:
            raise ValueError("No keys are left.")
        width *= 2


def _fresh(low: str | None, high: str | None, count: int) -> list[str]:
    try:
        return list(generate_n_keys_between(low, high, count))
    except FIError:
        return []
