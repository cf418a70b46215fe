"""Days and times, as people write and read them: "11 Dec 2026", "11 Dec 2026 13:52 UTC"."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache
from typing import Final

from django.utils.dates import MONTHS, MONTHS_3
from django.utils.translation import get_language, override

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
# RFC 3339 in UTC, with a fraction of up to nine digits.
_TIME: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?Z")
_OFFSET: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(\.[0-9]{1,9})?\s*(Z|UTC|[+-][0-9]{2}:[0-9]{2})?",
    re.IGNORECASE,
)
_DOTTED: Final = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})")
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})\.?\s+([^\W\d_]{3,20})\.?,?\s+([0-9]{4})")
_MONTH_FIRST: Final = re.compile(r"([^\W\d_]{3,20})\.?\s+([0-9]{1,2}),?\s+([0-9]{4})")
_CLOCK: Final = re.compile(r"(.*\S),?\s+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:\s*UTC)?")


def is_day(value: str) -> bool:
    """Whether this is a day that exists, as YYYY-MM-DD."""
    return bool(_DAY.fullmatch(value)) and _exists(value)


def is_time(value: str) -> bool:
    """Whether this is a time of RFC 3339 in UTC that exists."""
    found = _TIME.fullmatch(value)
    return found is not None and _exists(found[1])


def read_day(text: str) -> str | None:
    """YYYY-MM-DD of a day; None for what is no day. 12/11/2026 is none, because it can be two."""
    parts = _parts(text.strip())
    return _make_day(*parts) if parts else None


def missing_day(text: str) -> str | None:
    """A day that is written as one and does not exist, as in "31 February 2027"; None for everything else."""
    stripped = text.strip()
    clock = _CLOCK.fullmatch(stripped)
    parts = _parts(clock[1] if clock else stripped)
    if parts is None or _make_day(*parts):
        return None
    year, month, day = parts
    name = MONTHS.get(int(month))
    return f"{int(day)} {name} {year}" if name else None


def _parts(text: str) -> tuple[str, str | int, str] | None:
    """Year, month and day of what is written as a day, whether it exists or not."""
    if found := _ISO.fullmatch(text):
        return found[1], found[2], found[3]
    if found := _DOTTED.fullmatch(text):
        return found[3], found[2], found[1]
    if (found := _DAY_FIRST.fullmatch(text)) and (month := _months().get(found[2].lower())):
        return found[3], month, found[1]
    if (found := _MONTH_FIRST.fullmatch(text)) and (month := _months().get(found[1].lower())):
        return found[3], month, found[2]
    return None


def read_time(text: str) -> str | None:
    """RFC 3339 in UTC of a time; None for what is none. Without an offset it is UTC."""
    stripped = text.strip()
    if is_time(stripped):
        return stripped
    if found := _OFFSET.fullmatch(stripped):
        day, clock, seconds, fraction, offset = found.groups()
        offset = "+00:00" if offset is None or offset.upper() in ("Z", "UTC") else offset
        return _make_time(f"{day}T{clock}{seconds or ':00'}{offset}", fraction or "")
    if found := _CLOCK.fullmatch(stripped):
        day, hours, minutes, seconds = found.groups()
        if read := read_day(day):
            return _make_time(f"{read}T{int(hours):02d}:{minutes}:{seconds or '00'}+00:00", "")
    return None


def show_day(value: str) -> str:
    """A day as in "11 Dec 2026"."""
    day = date.fromisoformat(value)
    return f"{day.day} {str(MONTHS_3[day.month]).title()} {day.year}"


def show_time(value: str) -> str:
    """A time as in "11 Dec 2026 13:52 UTC", with seconds where it has some."""
    found = _TIME.fullmatch(value)
    assert found is not None
    time = datetime.fromisoformat(found[1])
    return f"{show_day(found[1][:10])} {time:%H:%M:%S}".removesuffix(":00") + " UTC"


def _months() -> dict[str, int]:
    """Names of months in English and in the reader's language."""
    return _months_in(get_language() or "en")


@cache
def _months_in(language: str) -> dict[str, int]:
    names: dict[str, int] = {}
    for each in ("en", language):
        with override(each):
            for number in range(1, 13):
                names[str(MONTHS_3[number]).lower()] = number
                names[str(MONTHS[number]).lower()] = number
    return names


def _make_day(year: str, month: str | int, day: str) -> str | None:
    written = f"{year}-{int(month):02d}-{int(day):02d}"
    return written if is_day(written) else None


def _make_time(written: str, fraction: str) -> str | None:
    try:
        time = datetime.fromisoformat(written).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{time:%Y-%m-%dT%H:%M:%S}{fraction}Z" if time.year >= 1000 else None


def _exists(written: str) -> bool:
    try:
        datetime.fromisoformat(written)
    except ValueError:
        return False
    return True
