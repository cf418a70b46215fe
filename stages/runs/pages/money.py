"""Money as people read it."""

from __future__ import annotations

import re
from decimal import ROUND_UP, Decimal
from typing import Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed

MILLION: Final = 1_000_000
CENT: Final = Decimal("0.01")
MILL: Final = Decimal("0.001")


def money_text(millionths: int | None) -> str:
    """An amount: $38.20; below ten cents with a digit more, $0.016. What is not nothing never reads as nothing."""
    amount = Decimal(millionths or 0) / MILLION
    step = MILL if 0 < amount < Decimal("0.1") else CENT
    rounded = amount.quantize(step) or amount.quantize(step, rounding=ROUND_UP)
    return f"${number_format(rounded, use_l10n=True, force_grouping=True)}"


def parse_money(text: str, *, name: str) -> int:
    """An amount that a person typed, such as 3 or 0.15, in millionths. Raises `ValidationFailed` on `name`."""
    digits = text.strip().removeprefix("$").strip() or "0"
    # Digits of other scripts, infinity, exponents and the like are no amounts that somebody means.
    if not re.fullmatch(r"[0-9]{1,15}(\.[0-9]{0,6})?", digits):
        words = _("Write an amount such as 3 or 0.15, with at most six digits after the point.")
        raise ValidationFailed({name: [words]})
    return int(Decimal(digits) * MILLION)


def amount_text(millionths: int) -> str:
    """An amount as a form has it: 3, 0.15."""
    return f"{(Decimal(millionths) / MILLION).normalize():f}"
