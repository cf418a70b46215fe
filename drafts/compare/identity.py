"""Equality of JSON values by meaning, not by spelling.

Key order and white space do not count; `1e2`, `100` and `100.0` are one number, `-0` is `0`; `true` is never `1`.
Numbers parsed as decimals differ by any digit, including those that a double would drop.
"""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal


class Identities:
    """Assigns the same number to equal values; each value is examined only once, however deeply it is nested."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        # Keyed by the container's address; the reference in `_kept` prevents the address from being reused.
        self._containers: dict[int, int] = {}
        self._kept: list[object] = []

    def of(self, value: object) -> int:
        """The number of a value."""
        if isinstance(value, dict | list):
            known = self._containers.get(id(value))
            if known is None:
                known = self._containers[id(value)] = self._number(self._shape(value))
                self._kept.append(value)
            return known
        return self._number(_scalar(value))

    def same(self, old: object, new: object) -> bool:
        """Whether two values mean the same."""
        return self.of(old) == self.of(new)

    def _shape(self, value: dict[str, object] | list[object]) -> Hashable:
        if isinstance(value, dict):
            return ("object", frozenset((key, self.of(item)) for key, item in value.items()))
        return ("array", tuple(map(self.of, value)))

    def _number(self, shape: Hashable) -> int:
        return self._numbers.setdefault(shape, len(self._numbers))


def same(old: object, new: object) -> bool:
    """Whether two parsed JSON values mean the same."""
    return Identities().same(old, new)


def _scalar(value: object) -> Hashable:
    if isinstance(value, bool) or value is None:
        return ("word", value)
    if isinstance(value, int | float | Decimal):
        return ("number", value)
    return ("string", str(value))
