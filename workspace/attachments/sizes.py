"""Sizes for people; the script writes the same (`frontend/src/attachments/sizes.ts`)."""

from __future__ import annotations

from django.utils.formats import number_format

_STEPS = ("KiB", "MiB", "GiB")


def size_words(size: int) -> str:
    """A number of bytes, such as 212 KiB or 1.4 MiB."""
    number, step = size / 1024, 0
    while number >= 1024 and step < len(_STEPS) - 1:
        number, step = number / 1024, step + 1
    rounded = round(number, 1) if number < 10 and step else max(round(number), min(size, 1))
    return f"{number_format(int(rounded) if rounded == int(rounded) else rounded)} {_STEPS[step]}"
