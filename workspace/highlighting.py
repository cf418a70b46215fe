"""Marking places in a text: search results, typed letters, changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from drafts.search.words import places_of, words_of


def marked(text: str, question: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces: (piece, is it one of the words, or begins it), as a search finds them."""
    yield from pieces(text, places_of(words_of(question), text))


def pieces(text: str, places: Iterable[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """The text split at places that are in order: (piece, whether it is one of the places)."""
    at = 0
    for start, end in places:
        if start > at:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False
