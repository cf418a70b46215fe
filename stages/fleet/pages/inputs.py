"""Reading what was typed or chosen in the forms and addresses of the fleet."""

from __future__ import annotations

from datetime import datetime, tzinfo
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed


def optional_id(text: str) -> UUID | None:
    """The id that an address names; None for something else, as for nothing."""
    try:
        return UUID(text)
    except ValueError:
        return None


def chosen_id(text: str, name: str) -> UUID:
    """The id that was chosen. Raises `ValidationFailed` on `name`."""
    found = optional_id(text)
    if found is None:
        raise ValidationFailed({name: [_("Choose one of the list.")]})
    return found


def moment(text: str, name: str, zone: tzinfo) -> datetime | None:
    """The moment that was typed, in the reader's zone unless it names one, or None. Raises `ValidationFailed`."""
    if not text.strip():
        return None
    try:
        found = parse_datetime(text.strip())
    except ValueError:
        found = None
    if found is None:
        raise ValidationFailed({name: [_("Give a day and a time.")]})
    return found if found.tzinfo else found.replace(tzinfo=zone)


def whole_number(text: str, name: str) -> int:
    """The whole number that was typed. Raises `ValidationFailed`."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValidationFailed({name: [_("Give a whole number.")]})
    return int(text)
