"""Why a text is not YAML, and where, in words of our own: libyaml's are for those who write parsers."""

from __future__ import annotations

from typing import Any, Final

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kernel.json_problems import BYTE_ORDER_MARK, at_place

# What libyaml says, by how it begins; only the last words of some differ.
_SYNTAX: Final = {
    "mapping values are not allowed": gettext_noop(
        "unexpected colon; check the indentation, or put the text in quotes"
    ),
    "mapping keys are not allowed": gettext_noop("unexpected key; check the indentation"),
    "block sequence entries are not allowed": gettext_noop('unexpected "-"; check the indentation'),
    "did not find expected key": gettext_noop("a key is missing; check the indentation"),
    "did not find expected '-'": gettext_noop('"-" is missing; check the indentation'),
    "did not find expected ','": gettext_noop("a comma or a closing bracket is missing"),
    "could not find expected ':'": gettext_noop("a colon is missing"),
    "found unexpected ':'": gettext_noop("unexpected colon; put the text in quotes"),
    "did not find expected node content": gettext_noop("a value is missing"),
    "found unexpected end of stream": gettext_noop("the closing quote is missing"),
    "found unexpected document indicator": gettext_noop("the closing quote is missing"),
    "found character that cannot start": gettext_noop(
        "a value cannot start with this character; put the text in quotes, and indent with spaces"
    ),
    "found a tab character": gettext_noop("indent with spaces, not tabs"),
    "found unknown escape character": gettext_noop("invalid escape sequence"),
    "did not find expected <document start>": gettext_noop("unexpected text after the end of the document"),
    "found undefined tag handle": gettext_noop("this tag has a prefix that is not declared"),
    "did not find expected alphabetic": gettext_noop("a name is missing after & or *"),
    "control characters are not allowed": gettext_noop("a control character is not allowed; remove it"),
}


def yaml_problem(text: str, error: yaml.YAMLError) -> str:
    """Why libyaml refused a text."""
    if isinstance(error, yaml.reader.ReaderError):
        offset, problem = _characters(text, error.position), str(error.reason)
    else:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        offset, problem = offset_of(text, mark), str(getattr(error, "problem", ""))
    ours = next((ours for theirs, ours in _SYNTAX.items() if problem.startswith(theirs)), None)
    why = _(ours) if ours else _("unexpected text")
    return _("Invalid YAML. {why}").format(why=at_place(why, text, offset))


def offset_of(text: str, mark: Any) -> int:
    """The offset of one of libyaml's marks, which do not count a byte order mark."""
    if mark is None:
        return 0
    at: int = mark.index
    return min(at + text.startswith(BYTE_ORDER_MARK), len(text))


def _characters(text: str, size: int) -> int:
    """How many characters the first `size` bytes of a text are."""
    return len(text.encode("utf-8", "surrogatepass")[:size].decode("utf-8", "ignore"))
