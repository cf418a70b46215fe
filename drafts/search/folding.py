"""Folds texts for search, so that spellings which read the same are equal, and keeps each letter's position.

Compatibility composition and full case folding (NFKC, Unicode's caseless matching D145): `é` in one or two characters,
`Σ`, `σ` and `ς`, `ß` and `SS`, wide and narrow letters are each one spelling. Soft hyphens and joiners are left out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final


def _marks() -> str:
    """All combining marks, as ranges of a character class; those that take part in Hangul syllables too."""
    codes = {code for code in (*range(0x300, 0x3100), *range(0xA000, 0x20000)) if _is_mark(code)}
    starts = sorted(code for code in codes if code - 1 not in codes)
    ends = sorted(code for code in codes if code + 1 not in codes)
    return "".join(f"{chr(start)}-{chr(end)}" for start, end in zip(starts, ends, strict=True)) + "\u1160-\u11ff"


def _is_mark(code: int) -> bool:
    return unicodedata.category(chr(code)) in {"Mn", "Mc", "Me"}


MARKS: Final = _marks()
# Invisible characters within words.
_UNSEEN: Final = "\u00ad\u034f\u200c\u200d\u2060\ufeff\ufe00-\ufe0f"
# The voice marks of narrow kana are letters to Unicode.
_CLUSTER: Final = re.compile(f".[{MARKS}{_UNSEEN}\uff9e\uff9f]*", re.DOTALL)
_SKIPPED: Final = re.compile(f"[{_UNSEEN}]")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `starts` and `ends` are the positions of each of its characters in the original."""

    text: str
    starts: list[int]
    ends: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The position in the original of the characters `start:end` (at least one)."""
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> str:
    """The text as it is searched."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _SKIPPED.sub("", text)).casefold())


def fold_with_places(text: str) -> Folded:
    """Fold a text, letter by letter with its marks, and keep their positions."""
    if text.isascii():
        return Folded(text.lower(), list(range(len(text))), list(range(1, len(text) + 1)))
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        folded = fold(cluster.group())
        parts.append(folded)
        starts += [cluster.start()] * len(folded)
        ends += [cluster.end()] * len(folded)
    return Folded("".join(parts), starts, ends)
