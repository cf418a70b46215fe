"""Ranking: how well a text matches what was typed, and which of its letters match."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from drafts.search.folding import fold, fold_with_places

AT_START: Final = 4.0
AT_WORD: Final = 3.0
INSIDE: Final = 2.0
SCATTERED: Final = 1.0
# Fewer letters would be found scattered in nearly everything.
MIN_SCATTERED: Final = 3


@dataclass(frozen=True, slots=True)
class Fit:
    """`score` is larger for a better fit; `places` are the (from, to) of what was typed, in order."""

    score: float
    places: tuple[tuple[int, int], ...] = ()


def fit(question: str, text: str) -> Fit | None:
    """How `text` matches a question, whose words may be in any order; None if a word is missing.

    A word counts most at the beginning of the text, then at the beginning of a word, then inside of one, and least as
    scattered letters (`mcf` in `Model configuration`). What reads the same is the same, as in a search; a shorter text
    fits a little better.
    """
    words = fold(question).split()
    folded = fold_with_places(text)
    found = [_find(word, folded.text) for word in words]
    if None in found:
        return None
    fits = [each for each in found if each is not None]
    score = sum(each.score for each in fits) / max(len(fits), 1) - min(len(text), 200) / 1000
    return Fit(score, tuple(_merged(sorted(folded.span(*place) for each in fits for place in each.places))))


def _find(word: str, text: str) -> Fit | None:
    if text.startswith(word):
        return Fit(AT_START, ((0, len(word)),))
    begun = re.search(rf"(?<![^\W_]){re.escape(word)}", text)
    at = begun.start() if begun else text.find(word)
    if at >= 0:
        return Fit(AT_WORD if begun else INSIDE, ((at, at + len(word)),))
    return _scattered(word, text) if len(word) >= MIN_SCATTERED else None


def _scattered(word: str, text: str) -> Fit | None:
    """The beginnings of some words, in order: each letter follows the last one or begins a later word."""
    begins = {match.start() for match in re.finditer(r"(?<![^\W_])[^\W_]", text)}
    at = -1
    places = []
    for letter in word:
        follows = at >= 0 and text[at + 1 : at + 2] == letter
        later = (place for place in sorted(begins) if place > at and text[place] == letter)
        found = at + 1 if follows else next(later, None)
        if found is None:
            return None
        at = found
        places.append((at, at + 1))
    return Fit(SCATTERED, tuple(places))


def _merged(places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Places that touch or overlap, as one."""
    current: tuple[int, int] | None = None
    for start, end in places:
        if current is not None and start <= current[1]:
            current = current[0], max(current[1], end)
        else:
            if current is not None:
                yield current
            current = start, end
    if current is not None:
        yield current
