"""Changes of a text by position, and the three ways of counting its characters.

Positions and lengths of edits are UTF-16 units of the text *before* the change, as browsers and editors count; a
character outside the Basic Multilingual Plane has two. Python counts code points, Yrs (pycrdt) bytes of UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed

MAX_EDITS: Final = 2_000

_REFUSED: Final = re.compile("[\x00\r\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Edit:
    """From `pos`, `delete` UTF-16 units are replaced by `insert`. Both numbers count in the text before the change."""

    pos: int
    delete: int
    insert: str


# One change of a text: sorted by position, apart.
Edits = tuple[Edit, ...]

_Source = TypeVar("_Source", str, bytes)


def count_units(text: str) -> int:
    """How many UTF-16 units a text has; a lone surrogate counts one."""
    return len(text) if text.isascii() else len(_to_utf16(text)) // 2


def to_units(text: str) -> str:
    """The text with one character for each UTF-16 unit: what has two becomes two surrogates."""
    if text.isascii():
        return text
    data = _to_utf16(text)
    return text if len(data) == 2 * len(text) else "".join(map(chr, memoryview(data).cast("H")))


def from_units(text: str) -> str:
    """The text of which `to_units` made this; surrogates that are no pair stay as they are."""
    return text if text.isascii() else _from_utf16(_to_utf16(text))


def units_to_points(text: str, positions: Sequence[int]) -> list[int]:
    """Positions in UTF-16 units as positions in code points; sorted, each between two characters of `text`."""
    return list(positions) if text.isascii() else _measure(_to_utf16(text), 2, _from_utf16, len, positions)


def units_to_bytes(text: str, positions: Sequence[int]) -> list[int]:
    """Positions in UTF-16 units as positions in bytes of UTF-8; sorted, each between two characters of `text`."""
    return list(positions) if text.isascii() else _measure(_to_utf16(text), 2, _from_utf16, _count_bytes, positions)


def points_to_units(text: str, positions: Sequence[int]) -> list[int]:
    """Positions in code points as positions in UTF-16 units; sorted."""
    return list(positions) if text.isascii() else _measure(text, 1, str, count_units, positions)


def bytes_to_units(text: str, positions: Sequence[int]) -> list[int]:
    """Positions in bytes of UTF-8 as positions in UTF-16 units; sorted, each between two characters of `text`."""
    return list(positions) if text.isascii() else _measure(text.encode(), 1, _from_utf8, count_units, positions)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text after a change that `check_edits` lets pass."""
    if not text.isascii():
        return fold_edits(text, (edits,))
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += (text[at : edit.pos], edit.insert)
        at = edit.pos + edit.delete
    return "".join((*parts, text[at:]))


def fold_edits(text: str, changes: Iterable[Iterable[Edit]]) -> str:
    """The text after several changes, one after the other."""
    data = _to_utf16(text)
    for edits in changes:
        parts: list[bytes] = []
        at = 0
        for edit in edits:
            parts += (data[at : 2 * edit.pos], _to_utf16(edit.insert))
            at = 2 * (edit.pos + edit.delete)
        data = b"".join((*parts, data[at:]))
    return _from_utf16(data)


def merge_edits(edits: Iterable[Edit]) -> Edits:
    """The same change in its shortest form: no edit is empty, and none begins where the one before it ends."""
    merged: list[Edit] = []
    for edit in edits:
        if not edit.delete and not edit.insert:
            continue
        if merged and (last := merged[-1]).pos + last.delete == edit.pos:
            merged[-1] = Edit(last.pos, last.delete + edit.delete, last.insert + edit.insert)
        else:
            merged.append(edit)
    return tuple(merged)


def count_growth(edits: Iterable[Edit]) -> int:
    """By how many UTF-16 units a change makes a text longer."""
    return sum(count_units(edit.insert) - edit.delete for edit in edits)


def check_edits(edits: Sequence[Edit], text: str) -> None:
    """Refuse a change that does not fit `text`, or holds what no text may hold.

    Raises `ValidationFailed` on `edits.N`, N counted from 0: beyond the end, unsorted, overlapping, inside a character,
    or with NUL, CR or a lone surrogate; and on `edits` for more than `MAX_EDITS`.
    """
    if len(edits) > MAX_EDITS:
        raise ValidationFailed({"edits": [_("At most {count} edits in one change.").format(count=MAX_EDITS)]})
    data = b"" if text.isascii() else _to_utf16(text)
    length = len(data) // 2 or len(text)
    # Only such a text has places inside a character.
    pairs = length > len(text)
    last: Edit | None = None
    for number, edit in enumerate(edits):
        problem = _problem(edit, last, length) or (pairs and _cuts(edit, data) and _("Inside a character.")) or None
        if problem:
            raise ValidationFailed({f"edits.{number}": [problem]})
        last = edit


def _problem(edit: Edit, last: Edit | None, length: int) -> str | None:
    if edit.pos < 0 or edit.delete < 0:
        return _("Position and length cannot be negative.")
    if edit.pos + edit.delete > length:
        return _("Beyond the end of the text, which has {count} UTF-16 units.").format(count=length)
    if last and edit.pos < last.pos:
        return _("Not sorted by position.")
    if last and edit.pos < last.pos + last.delete:
        return _("Overlaps the edit before it.")
    found = _REFUSED.search(edit.insert)
    return describe_refused(found[0]) if found else None


def find_refused(text: str) -> str | None:
    """The first character that no shared text may hold: NUL, CR, or half of a surrogate pair."""
    found = _REFUSED.search(text)
    return found[0] if found else None


def describe_refused(character: str) -> str:
    """What is wrong with a character that `find_refused` found, for its writer."""
    if character == "\x00":
        return _("NUL cannot be kept.")
    if character == "\r":
        return _("A line ends with LF alone, without CR.")
    return _("Half of a surrogate pair is not a character.")


def _cuts(edit: Edit, data: bytes) -> bool:
    return _inside(edit.pos, data) or _inside(edit.pos + edit.delete, data)


def _inside(position: int, data: bytes) -> bool:
    """Whether the unit after a position is the second half of a character."""
    high = 2 * position + 1
    return high < len(data) and 0xDC <= data[high] <= 0xDF


def _measure(
    source: _Source, width: int, decode: Callable[[_Source], str], count: Callable[[str], int], positions: Sequence[int]
) -> list[int]:
    """Count from position to position, in one pass over the text."""
    measured: list[int] = []
    at = total = 0
    for position in positions:
        total += count(decode(source[width * at : width * position]))
        at = position
        measured.append(total)
    return measured


def _to_utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _from_utf16(data: bytes) -> str:
    return data.decode("utf-16-le", "surrogatepass")


def _from_utf8(data: bytes) -> str:
    return data.decode()


def _count_bytes(text: str) -> int:
    return len(text.encode())
