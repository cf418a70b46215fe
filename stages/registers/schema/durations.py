"""Durations in milliseconds, as people write and read them: "24 h", "1 h 30 min"."""

from __future__ import annotations

import re
from typing import Final

UNITS: Final = {"d": 86_400_000, "h": 3_600_000, "min": 60_000, "s": 1_000, "ms": 1}
_SPELLINGS: Final = {
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), "ms"),
}
_PART: Final = re.compile(r"\s*([0-9]{1,16}(?:\.[0-9]{1,9})?)\s*([a-z]+)\s*")
_CLOCK: Final = re.compile(r"([0-9]{1,9}):([0-5][0-9])(?::([0-5][0-9]))?")
# From how many days on a duration is shown in days.
_DAYS_FROM: Final = 2


def read_duration(text: str) -> int | None:
    """The milliseconds of "24 h", "1 h 30 min", "-5 min" or "1:30" (hours and minutes); None if it is none of these."""
    stripped = text.strip().lower()
    sign = -1 if stripped[:1] in ("-", "−") else 1
    stripped = stripped.lstrip("-−").strip()
    if clock := _CLOCK.fullmatch(stripped):
        hours, minutes, seconds = (int(each or 0) for each in clock.groups())
        return sign * (hours * UNITS["h"] + minutes * UNITS["min"] + seconds * UNITS["s"])
    total, at = 0.0, 0
    while at < len(stripped):
        part = _PART.match(stripped, at)
        if part is None or part[2] not in _SPELLINGS:
            return None
        total += float(part[1]) * UNITS[_SPELLINGS[part[2]]]
        at = part.end()
    return sign * round(total) if stripped else None


def show_duration(milliseconds: int) -> str:
    """A duration in days, hours, minutes, seconds; "24 h" and not "1 d", since people count hours up to two days."""
    left, sign = abs(milliseconds), "-" if milliseconds < 0 else ""
    parts = []
    for unit, size in UNITS.items():
        if unit == "d" and left < _DAYS_FROM * size:
            continue
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return sign + " ".join(parts) if parts else "0 s"
