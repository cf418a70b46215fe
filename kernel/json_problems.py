"""Where a text is not what it should be, and why, in words of our own: a parser's are for programmers."""

from __future__ import annotations

import json
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

BYTE_ORDER_MARK: Final = "\ufeff"

# What Python's parser says, by how it begins.
_SYNTAX: Final = {
    "Expecting value": gettext_noop("a value is missing"),
    "Expecting property name": gettext_noop("put the key in double quotes"),
    "Expecting ':'": gettext_noop("a colon is missing"),
    "Expecting ','": gettext_noop("a comma or a closing bracket is missing"),
    "Unterminated string": gettext_noop("the closing quote is missing"),
    "Invalid control character": gettext_noop("a control character must be written as an escape"),
    "Invalid \\": gettext_noop("invalid escape sequence"),
    "Extra data": gettext_noop("unexpected text after the end of the value"),
    "Illegal trailing comma": gettext_noop("there is a comma after the last item"),
}


def place_of(text: str, offset: int) -> tuple[int, int]:
    """The line and the column of an offset, both from 1; columns count UTF-16 code units, as editors do."""
    begin = text.rfind("\n", 0, offset) + 1
    column = len(text[begin:offset].encode("utf-16-le", "surrogatepass")) // 2 + 1
    return text.count("\n", 0, offset) + 1, column


def at_place(words: str, text: str, offset: int, *, first_line: int = 1) -> str:
    """`words` with the line and the column before them; `text` begins on `first_line`."""
    line, column = place_of(text, offset)
    where = _("Line {line}, column {column}: {problem}.")
    return where.format(line=line + first_line - 1, column=column, problem=words)


def syntax_problem(error: json.JSONDecodeError, *, first_line: int = 1) -> str:
    """Why Python's parser refused a text."""
    text, offset = error.doc, error.pos
    if text.startswith(BYTE_ORDER_MARK):
        return _("Invalid JSON. {why}").format(
            why=at_place(_("starts with a byte order mark; remove it"), text, 0, first_line=first_line)
        )
    words = next((ours for theirs, ours in _SYNTAX.items() if error.msg.startswith(theirs)), None)
    if not text.strip():
        words = gettext_noop("the text is empty")
    before = text[:offset].rstrip()
    if before.endswith(",") and text[offset : offset + 1] in {"}", "]"}:
        words, offset = _SYNTAX["Illegal trailing comma"], len(before) - 1
    why = _(words) if words else _("unexpected text")
    return _("Invalid JSON. {why}").format(why=at_place(why, text, offset, first_line=first_line))
