"""Hybrid logical clocks: 8 bytes of milliseconds since 1970 UTC, then 4 bytes of a counter, both big-endian.

An HLC is written as 24 lowercase hexadecimal digits. Compared as texts, these have the order of the bytes.

Source: Kulkarni et al., "Logical Physical Clocks", 2014.
"""

from __future__ import annotations

import re
from typing import Final

from stages.registers.fold.errors import Malformed

BYTES: Final = 12
# Every reader of JSON holds such a number exactly; it is the year 287396.
MAX_MS: Final = 2**53 - 1
MAX_COUNTER: Final = 2**32 - 1
ZERO: Final = "0" * 24

_PATTERN: Final = re.compile(r"[0-9a-f]{24}")


def make_hlc(ms: int, counter: int = 0) -> str:
    """The HLC of a time in milliseconds and a counter. Raises `ValueError` beyond the bounds."""
    if not (0 <= ms <= MAX_MS and 0 <= counter <= MAX_COUNTER):
        raise ValueError(f"No HLC has {ms} ms and the counter {counter}.")
    return f"{ms:016x}{counter:08x}"


def split_hlc(hlc: str) -> tuple[int, int]:
    """Milliseconds and counter of an HLC."""
    return int(hlc[:16], 16), int(hlc[16:], 16)


def next_hlc(last: str, now_ms: int) -> str:
    """The HLC of a new operation: of `now_ms`, or just after `last` where that is not earlier."""
    ms, counter = split_hlc(last)
    if now_ms > ms:
        return make_hlc(now_ms)
    return make_hlc(ms, counter + 1) if counter < MAX_COUNTER else make_hlc(ms + 1)


def check_hlc(value: object, member: str) -> str:
    """An HLC as a text has it. Raises `Malformed`."""
    if not isinstance(value, str) or not _PATTERN.fullmatch(value) or value == ZERO or int(value[:16], 16) > MAX_MS:
        raise Malformed(member, "not an HLC: 24 hexadecimal digits in lowercase, the first 16 for milliseconds")
    return value
