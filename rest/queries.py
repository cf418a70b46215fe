"""Strict query parameters: a wrong one is refused by name, never silently replaced by a default."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from rest_framework.request import Request

from kernel.errors import ValidationFailed
from kernel.ijson import check_text

# Fits every integer column, and is exact in JavaScript.
MAX_INTEGER = 2**53 - 1


def query_integer(
    request: Request, name: str, *, default: int | None = None, minimum: int = 0, maximum: int = MAX_INTEGER
) -> int:
    """The whole number in a query parameter; required where there is no default. Raises `ValidationFailed`."""
    text = request.query_params.get(name)
    if text is None:
        if default is None:
            raise ValidationFailed({name: [_("This parameter is required.")]})
        return default
    if re.fullmatch(r"[0-9]{1,16}", text, re.ASCII) is None or not minimum <= int(text) <= maximum:
        raise ValidationFailed(
            {name: [_("Give a whole number from {minimum} to {maximum}.").format(minimum=minimum, maximum=maximum)]}
        )
    return int(text)


def query_text(request: Request, name: str, *, maximum: int = 1100) -> str | None:
    """The text in a query parameter, None where it is left out. Raises `ValidationFailed` for unstorable text."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if len(text) > maximum:
        raise ValidationFailed({name: [_("At most {most} characters.").format(most=maximum)]})
    return check_text(text, name=name)
