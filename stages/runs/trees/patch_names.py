"""Names of files in a patch: git's quotes, the prefixes `a/` and `b/`, time stamps, `/dev/null`."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext as _

from stages.runs.trees.errors import PatchRejected

_NOTHING: Final = frozenset({"/dev/null", "a/dev/null", "b/dev/null"})
_PREFIXES: Final = ("a/", "b/")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE: Final = re.compile(rb'\\([0-7]{3}|[abfnrtv"\\])')
_ESCAPES: Final = {
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
    b'"': b'"',
    b"\\": b"\\",
}
_LETTERS: Final = {value: key for key, value in _ESCAPES.items()}


def header_name(text: str) -> tuple[str, ...]:
    """The names that a line `--- ` or `+++ ` may mean, the likeliest first; none for `/dev/null`."""
    name = _unquoted(text.rstrip()) if text.startswith('"') else text.split("\t", maxsplit=1)[0].rstrip()
    if name in _NOTHING:
        return ()
    return _without_prefix(name)


def renamed_name(text: str) -> tuple[str, ...]:
    """The names that a line `rename from` may mean: git writes them without a prefix."""
    name = _unquoted(text) if text.startswith('"') else text
    return (name, *_without_prefix(name)[:-1])


def git_names(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The old and the new name of a line `diff --git`, as far as the line shows them."""
    if '"' in text:
        names = [_unquoted(found.group()) for found in _QUOTED.finditer(text)]
        plain = _QUOTED.sub("", text).strip()
        if plain:
            names.insert(1 if text.startswith('"') else 0, plain)
        old, new = (names[0], names[-1]) if names else ("", "")
    else:
        half = len(text) // 2
        same = len(text) % 2 == 1 and text[half] == " " and text[2:half] == text[half + 3 :]
        old, _blank, new = (text[:half], " ", text[half + 1 :]) if same else text.partition(" b/")
        new = new if same or not new else f"b/{new}"
    return _without_prefix(old), _without_prefix(new or old)


def quoted(path: str) -> str:
    """A path as git writes it: in quotes where it holds a control character, a quote or a backslash."""
    if not re.search(r'[\x00-\x1f\x7f"\\]', path):
        return path
    return '"' + "".join(map(_escaped, path)) + '"'


def _escaped(character: str) -> str:
    letter = _LETTERS.get(character.encode())
    if letter is not None:
        return "\\" + letter.decode()
    return f"\\{ord(character):03o}" if character < " " or character == "\x7f" else character


def _unquoted(text: str) -> str:
    found = _QUOTED.match(text)
    if found is None:
        raise PatchRejected(_("The name {name} lacks its closing quote.").format(name=text[:200]))
    raw = _ESCAPE.sub(_unescaped, found[1].encode("utf-8", "surrogatepass"))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise PatchRejected(_("The name {name} is not UTF-8 text.").format(name=text[:200])) from None


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found[1]
    return bytes([int(code, 8) & 0xFF]) if code.isdigit() else _ESCAPES[code]


def _without_prefix(name: str) -> tuple[str, ...]:
    return (name[2:], name) if name.startswith(_PREFIXES) and len(name) > 2 else (name,)
