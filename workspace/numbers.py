"""Whole numbers that a page is asked with, in its address or in a form."""

from __future__ import annotations

from django.http import QueryDict
from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed

# No version and no line has a larger number.
MAX_DIGITS = 9


def number(given: QueryDict, name: str) -> int | None:
    """The number of that name; None where it is left out or empty. Raises `ValidationFailed`."""
    text = given.get(name, "")
    return _read(text, name) if text else None


def numbers(given: QueryDict, name: str) -> list[int]:
    """Every number of that name. Raises `ValidationFailed`."""
    return [_read(text, name) for text in given.getlist(name)]


def _read(text: str, name: str) -> int:
    # Not isdigit alone: it also takes ², which int does not.
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        raise ValidationFailed({name: [_("Must be a number.")]})
    return int(text)
