"""Invisible and misleading characters: which they are, and how they are shown.

Controls, direction marks and overrides (Unicode's "Trojan Source"), zero-width and other default-ignorable characters
are `hidden`. A joiner between the letters of a script that needs it, or between two pictures, and a variation selector
behind a picture do what they are there for, and are not. `spaces` are white space that looks like a plain space or
like none. The patterns are in `invisible.json`, which the browser's script reads too.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final

_PATTERNS: Final[dict[str, str]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
HIDDEN: Final = re.compile(f"{_PATTERNS['always']}|{_PATTERNS['contextual']}")
HIDDEN_OR_SPACE: Final = re.compile(f"{HIDDEN.pattern}|{_PATTERNS['spaces']}")
_UNFIT_FOR_A_LINE: Final = re.compile(f"{HIDDEN.pattern}|[\t\n\r\ud800-\udfff]")
# One set of characters, which is much faster to look for: where there is none of these, nothing is hidden.
_CANDIDATES: Final = re.compile(_PATTERNS["candidates"])

# What Unicode gives no name: the controls that a text is likely to hold.
_CONTROLS: Final = {
    "\0": "null",
    "\a": "bell",
    "\b": "backspace",
    "\v": "line tabulation",
    "\f": "form feed",
    "\r": "carriage return",
    "\x1b": "escape",
    "\x7f": "delete",
    "\x85": "next line",
}
# A page's parts that are no text to be read, or not only: comments, scripts, styles, what somebody types, tags.
_MARKUP: Final = re.compile(
    r"""<!--.*?-->|<(script|style|textarea)\b.*?</\1>|<(?:[^>"']|"[^"]*"|'[^']*')*>""", re.DOTALL | re.IGNORECASE
)
# Elements that hold text and nothing else.
_PLAIN: Final = re.compile(r"<(title|option)\b", re.IGNORECASE)


def count_hidden(text: str) -> int:
    """How many hidden characters a text has; the CR of a CRLF ends a line and hides nothing."""
    return sum(1 for _ in HIDDEN.finditer(text.replace("\r\n", "\n"))) if _CANDIDATES.search(text) else 0


def code_of(character: str) -> str:
    """As the Unicode standard writes it: `U+202E`."""
    return f"U+{ord(character):04X}"


def name_of(character: str) -> str:
    """The character's name in lower case: `right-to-left override`."""
    return unicodedata.name(character, "").lower() or _CONTROLS.get(character, "control character")


def spell_out(text: str) -> str:
    """A text for people in which every hidden character is a readable sign: `⟨U+202E⟩`."""
    if not _CANDIDATES.search(text):
        return text
    return HIDDEN.sub(sign_of, text)


def one_line(text: object) -> str:
    """Foreign text for one line of a log or terminal: `⟨U+000A⟩` replaces a line feed.

    So it can neither add a line, nor control a terminal, nor change the order in which a line is read.
    """
    line = str(text)
    return line if line.isprintable() and line.isascii() else _UNFIT_FOR_A_LINE.sub(sign_of, line)


def sign_of(found: re.Match[str]) -> str:
    """The readable sign of a character that was found."""
    return f"⟨{code_of(found.group())}⟩"


def text_as_html(text: str) -> str:
    """A text escaped for HTML, with a labelled mark for every hidden character and every unusual space."""
    return _marked(escape(text), HIDDEN_OR_SPACE)


def reveal(page: str) -> str:
    """HTML whose text has a labelled mark for every hidden character.

    What is typed or run (text areas, scripts, attributes) stays as it is. The page must escape `<` and `>` wherever
    they are text, as Django's templates do.
    """
    return "".join(_revealed(page)) if _CANDIDATES.search(page) else page


def _revealed(page: str) -> Iterator[str]:
    at, is_plain = 0, False
    for tag in _MARKUP.finditer(page):
        text = page[at : tag.start()]
        yield spell_out(text) if is_plain else _marked(text, HIDDEN)
        yield tag.group()
        at, is_plain = tag.end(), _PLAIN.match(tag.group()) is not None
    yield _marked(page[at:], HIDDEN)


def _marked(escaped: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(_mark, escaped)


def _mark(found: re.Match[str]) -> str:
    code, name = code_of(found.group()), name_of(found.group())
    is_space = found.group() == "\r" or (found.group().isspace() and HIDDEN.match(found.group()) is None)
    quiet, shown = " data-space" if is_space else "", "CR" if found.group() == "\r" else code
    return f'<span class="unseen"{quiet} role="img" aria-label="{code} {name}" title="{code} {name}">{shown}</span>'
