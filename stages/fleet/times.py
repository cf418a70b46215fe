"""Times that somebody gives: with a zone, and within what databases and calendars everywhere can hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed

# In every time zone these years are still ones that Python has (1 to 9999).
_FIRST_YEAR: Final = 2
_LAST_YEAR: Final = 9998


def check_time(value: object, *, name: str) -> datetime:
    """The time in UTC. Raises `ValidationFailed` on `name` for one without a zone, or beyond the calendar."""
    if not isinstance(value, datetime) or timezone.is_naive(value):
        raise ValidationFailed({name: [_("Give a time with its zone.")]})
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValidationFailed(
            {name: [_("Give a time in the years {first} to {last}.").format(first=_FIRST_YEAR, last=_LAST_YEAR)]}
        )
    return value.astimezone(UTC)
