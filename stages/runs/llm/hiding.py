"""No text about a call shows the key that was sent with it."""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import quote, quote_plus

HIDDEN_KEY: Final = "[key]"
# Shorter ones would hide ordinary words of a message.
_MIN_HIDDEN: Final = 8


class KeyHider:
    """Hides keys in a text that comes in pieces, also one that is cut in two by them.

    What may be the beginning of a key is held back until it is clear.
    """

    def __init__(self, *keys: str) -> None:
        self._spellings = sorted({each for key in keys for each in spellings(key)})
        self._held = ""

    def pass_on(self, piece: str) -> str:
        """What may be shown now, of this piece and what was held back."""
        text = self._held + piece
        for spelling in self._spellings:
            text = text.replace(spelling, HIDDEN_KEY)
        held = max((_overlap(text, spelling) for spelling in self._spellings), default=0)
        self._held = text[len(text) - held :]
        return text[: len(text) - held]

    def rest(self) -> str:
        """What was held back, once nothing more comes."""
        held, self._held = self._held, ""
        return held


def spellings(key: str) -> set[str]:
    """A key as it is, and as it is written in JSON or in an address; none for one that is like an ordinary word."""
    if len(key) < _MIN_HIDDEN:
        return set()
    return {key, json.dumps(key)[1:-1], quote(key, safe=""), quote_plus(key), quote(key)}


def _overlap(text: str, spelling: str) -> int:
    """How many characters at the end of a text may begin this spelling."""
    longest = min(len(text), len(spelling) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(spelling[:size])), 0)


def hide(text: str, *keys: str) -> str:
    """A text without the keys that may be in it, also as they are written in JSON or in an address."""
    for key in keys:
        for spelling in spellings(key):
            text = text.replace(spelling, HIDDEN_KEY)
    return text
