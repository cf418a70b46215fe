"""Short labels for texts: two that begin alike stay different."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

MAX_LABEL: Final = 24
# Of what is the same, so much is left in front of where the texts differ.
_BEFORE: Final = 10


def labels_of(texts: Sequence[str], most: int = MAX_LABEL) -> list[str]:
    """Each text in `most` characters at most: from its beginning, or from shortly before it differs."""
    long = {text for text in texts if len(text) > most}
    alike = sum(1 for _each in takewhile(lambda each: len(set(each)) == 1, zip(*long, strict=False)))
    alike = alike if len(long) > 1 else 0
    return [_label(text, alike, most) for text in texts]


def _label(text: str, alike: int, most: int) -> str:
    if len(text) <= most:
        return text
    if alike < most - _BEFORE:
        return cut(text, most)
    word = text.rfind(" ", 0, alike - _BEFORE) + 1
    start = word if alike - word <= most - _BEFORE else alike - _BEFORE
    return cut("…" + text[start:], most)


def cut(text: str, most: int) -> str:
    """The beginning of a text, in `most` characters at most."""
    return text if len(text) <= most else text[: most - 1] + "…"
