"""A text cut into what is indexed: its lines, and long lines at places that their own words choose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import Final
from zlib import crc32

from kernel.ijson import with_lf

# A line longer than this is cut after about every 64th word, chosen by the word itself: a change in a long line then
# makes one new passage, however far it shifts the rest. No passage is longer, so neither is a search result.
LONGEST: Final = 1_000
# A text has no more passages than this in the index; a megabyte of prose or of JSON lines has fewer.
MOST: Final = 20_000

_CUT: Final = 0x3F
_PART = re.compile(r"\s*\S+")


def passages(text: str) -> dict[bytes, str]:
    """The passages of a text by digest, each once, in their order; those without a letter or digit are left out."""
    found: dict[bytes, str] = {}
    for line in with_lf(text).split("\n"):
        for passage in (line,) if len(line) <= LONGEST else _cut(line):
            if any(map(str.isalnum, passage)):
                found[blake2b(passage.encode(), digest_size=16).digest()] = passage
                if len(found) == MOST:
                    return found
    return found


def line_of(passage: str, text: str) -> int:
    """The first line (1-based) of a text that contains a passage; a whole line is preferred to a part of one."""
    text = with_lf(text)
    whole = f"\n{text}\n".find(f"\n{passage}\n")
    return text.count("\n", 0, whole if whole >= 0 else max(text.find(passage), 0)) + 1


def _cut(line: str) -> Iterator[str]:
    """Stretches of a long line. What goes on for longer than a passage without a space is no word, and left out."""
    start = end = 0
    for part in _PART.finditer(line):
        if part.end() - start > LONGEST:
            if end > start:
                yield line[start:end]
            start = part.start()
        if part.end() - part.start() > LONGEST:
            start = part.end()
        elif crc32(part.group().strip().encode()) & _CUT == 0:
            yield line[start : part.end()]
            start = part.end()
        end = part.end()
    if end > start:
        yield line[start:end]
