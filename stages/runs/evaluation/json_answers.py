"""JSON within a model's answer."""

from __future__ import annotations

import re
from typing import Final

_OPENING: Final = re.compile(r"^```(?:json)?[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_CLOSING: Final = re.compile(r"^```[ \t]*\r?$", re.MULTILINE)


def json_in(text: str) -> str:
    """What is in the first fence of an answer, else the whole answer."""
    opening = _OPENING.search(text)
    if opening is None:
        return text.strip()
    closing = _CLOSING.search(text, opening.end())
    return text[opening.end() : closing.start() if closing else len(text)].strip()
