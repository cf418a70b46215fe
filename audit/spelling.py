"""Text of others where a reader takes every line for ours: reports, commands, logs, mails, a verifier's answer.

A line feed in a name would begin a line that we seem to say, an escape sequence would move or clear what stands on a
terminal, and a direction mark would let it be read in another order.
"""

from __future__ import annotations

import unicodedata
from typing import Final

# Controls, formats (direction marks, joiners, the byte order mark), halves of characters, private ones, separators.
_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Letters and signs that have no ink (the fillers of Hangul, the empty cell of Braille).
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def is_unseen(character: str) -> bool:
    """Whether a character shows nothing of itself, or changes how others show. White space within a line does not."""
    return unicodedata.category(character) in _CATEGORIES or character in _BLANK


def one_line(text: object, *, keep: str = "") -> str:
    r"""The text on one line in which everything can be seen: `\u000a` for a line feed, `\U000e0001` beyond U+FFFF.

    The characters in `keep` stay as they are.
    """
    said = str(text)
    if said.isascii() and said.isprintable():
        return said
    return "".join(spelled(each) if is_unseen(each) and each not in keep else each for each in said)


def spelled(character: str) -> str:
    r"""A character by its number, as in the source of most languages."""
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
