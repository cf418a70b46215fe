"""Reading whole numbers from the query of an address, or from a posted form."""

from __future__ import annotations

from django.http import QueryDict
from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed

# No version and no line has a larger number.
MAX_DIGITS = 9


def query_number(query: QueryDict, name: str) -> int | None:
    """The number of that name; None if it is missing or empty. Raises `ValidationFailed`."""
    text = query.get(name, "")
    return _parse(text, name) if text else None


def query_numbers(query: QueryDict, name: str) -> list[int]:
    """All numbers of that name. Raises `ValidationFailed`."""
    return [_parse(text, name) for text in query.getlist(name)]


def _parse(text: str, name: str) -> int:
    # `isdigit` alone also accepts ², which `int` does not.
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        raise ValidationFailed({name: [_("Must be a number.")]})
    return int(text)
