"""Parts of a text by UTF-16 units, as browsers and editors count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from django.utils.translation import gettext as _

from kernel.crdt.edits import from_units, to_units
from kernel.errors import ValidationFailed


@dataclass(frozen=True, slots=True)
class Range:
    """From `start` up to `end`, which does not belong to it."""

    start: int
    end: int

    @classmethod
    def of(cls, stored: dict[str, Any] | None) -> Self | None:
        """The range of a stored or sent `{start, end}`; None for the whole text."""
        return None if stored is None else cls(stored["start"], stored["end"])

    def as_data(self) -> dict[str, int]:
        return {"start": self.start, "end": self.end}

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"


def cut_text(text: str, part: Range | None, *, name: str) -> str:
    """A part of a text, all of it for None. Raises `ValidationFailed` on `name` where it has no such part."""
    return text if part is None else from_units(_checked(text, part, name)[part.start : part.end])


def put_text(text: str, place: Range | None, insert: str, *, name: str) -> str:
    """A text with other words in one place, everything else as it was; only these words for None. Raises as above.

    Where every line of the text ends with CRLF, so do those of `insert`.
    """
    if "\r\n" in text and "\n" not in text.replace("\r\n", ""):
        insert = insert.replace("\n", "\r\n")
    if place is None:
        return insert
    units = _checked(text, place, name)
    return from_units("".join((units[: place.start], to_units(insert), units[place.end :])))


def _checked(text: str, part: Range, name: str) -> str:
    units = to_units(text)
    problem = None
    if part.start < 0 or part.end < part.start:
        problem = _("It ends before it begins.")
    elif part.end > len(units):
        problem = _("Beyond the end of the text, which has {count} UTF-16 units.").format(count=len(units))
    elif any(_is_inside(units, at) for at in (part.start, part.end)):
        problem = _("Inside a character.")
    if problem:
        raise ValidationFailed({name: [problem]})
    return units


def _is_inside(units: str, at: int) -> bool:
    return 0 < at < len(units) and "\ud800" <= units[at - 1] <= "\udbff" and "\udc00" <= units[at] <= "\udfff"
