"""Marking what was searched in what was found."""

from __future__ import annotations

import re
from collections.abc import Iterator

from drafts.search.words import words_of


def marked(text: str, question: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces: (piece, is it one of the words, or begins it). A word is found at its beginning only."""
    words = sorted(words_of(question), key=len, reverse=True)
    if not words:
        yield text, False
        return
    at = 0
    for match in re.finditer(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})", text, re.IGNORECASE):
        if match.start() > at:
            yield text[at : match.start()], False
        yield match.group(), True
        at = match.end()
    if at < len(text):
        yield text[at:], False
