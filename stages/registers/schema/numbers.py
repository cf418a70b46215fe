"""Numbers as people write and paste them: "1,204", "1.5", "1,5", "1.234,5", "1 000,5"."""

from __future__ import annotations

import math
import re
from typing import Final

from django.utils.translation import gettext

# Groups of three, which never begin with 0, by one sign; and then the other sign before the decimals.
_GROUPS: Final = r"[+-]?[1-9][0-9]{0,2}(?P<sign>[%s' \u00a0\u202f])[0-9]{3}(?:(?P=sign)[0-9]{3})*"
_GROUPED: Final = re.compile(f"{_GROUPS % ','}(\\.[0-9]+)?")
_GROUPED_COMMA: Final = re.compile(f"{_GROUPS % '.'},[0-9]+")
_DECIMAL_COMMA: Final = re.compile(r"[+-]?[0-9]+,[0-9]+")
_PLAIN: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,3})?", re.IGNORECASE)
# One comma before three digits: thousands to some readers, decimals to others.
_EITHER: Final = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_SEPARATORS: Final = re.compile(r"[,.' \u00a0\u202f]")


def read_number(text: str, *, is_whole: bool) -> int | float | None:
    """The number of a text; None for what is none, and for 12,000 where it may have decimals and so can be two."""
    text = text.replace("−", "-")
    if _EITHER.fullmatch(text) and not is_whole:
        return None
    if _GROUPED.fullmatch(text):
        whole, dot, decimals = text.partition(".")
        text = f"{_SEPARATORS.sub('', whole)}{dot}{decimals}"
    elif _GROUPED_COMMA.fullmatch(text):
        whole, _comma, decimals = text.rpartition(",")
        text = f"{_SEPARATORS.sub('', whole)}.{decimals}"
    elif _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if not _PLAIN.fullmatch(text) or len(text) > 400:
        return None
    if re.fullmatch(r"[+-]?[0-9]{1,20}", text):
        return int(text)
    number = float(text)
    return number if math.isfinite(number) else None


def number_words(text: str, *, is_whole: bool) -> str:
    """Why a text is no number, and how it is written."""
    if is_whole:
        return gettext("Not a whole number. Write it as 1204 or 1,204.")
    plain = text.replace("−", "-")
    if _EITHER.fullmatch(plain):
        values = {"text": text, "whole": plain.replace(",", ""), "decimal": plain.replace(",", ".")}
        return gettext("%(text)s can be two numbers. Write %(whole)s or %(decimal)s.") % values
    return gettext("Not a number. Write it as 1204.5 or 1204,5, without a unit.")
