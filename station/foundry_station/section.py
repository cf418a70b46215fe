"""The managed section of a file: found, repaired, replaced, taken out. Bytes in, bytes out; nothing here reads a file.

A section begins and ends with a marker line. Between them each directive has a header line (its title, release and
id), then its exact text. Lines end with LF for us; in the file they end as the file's own do. What is not ours keeps
every byte: BOM, line ends, undecodable bytes, and a last line without an end, which the first marker line notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import takewhile
from typing import Final

BOM: Final = b"\xef\xbb\xbf"
BEGIN: Final = b"<!-- FOUNDRY MANAGED - DO NOT EDIT (foundry-station keeps this section as it is) -->"
# The same, where the line before had no end, and we gave it one.
BEGIN_AFTER_OPEN_LINE: Final = BEGIN.replace(b" -->", b" (no line end before) -->")
END: Final = b"<!-- END FOUNDRY -->"

_BEGIN: Final = re.compile(rb"[ \t]*<!-- (?:FOUNDRY MANAGED|MANAGED BY EDICTFLOW)\b[^\r\n]*-->[ \t]*")
_END: Final = re.compile(rb"[ \t]*<!-- END (?:FOUNDRY|EDICTFLOW) -->[ \t]*")
_HEADER: Final = re.compile(rb"[ \t]*<!-- FOUNDRY: .* \xc2\xb7 ([0-9a-f-]{1,64}) -->[ \t]*")
_LINES: Final = re.compile(rb"[^\n]*\n|[^\n]+\Z")


class MarkerInText(ValueError):
    """A text cannot be part of a section because one of its lines would be taken for a marker."""


class _Kind(Enum):
    BEGIN = "begin"
    END = "end"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Part:
    """One directive in a section: its header and text, as lines without their ends. A damaged one has no id."""

    id: str
    lines: tuple[bytes, ...]

    @property
    def text(self) -> bytes:
        """The lines behind the header, each with LF."""
        return b"".join(line + b"\n" for line in self.lines[1:])


@dataclass(frozen=True, slots=True)
class Section:
    """The only well-formed section of a file, with what is in it; `intact` where its marker lines are ours."""

    parts: tuple[Part, ...]
    intact: bool


def make_part(*, id: str, title: str, release: str, text: str) -> Part:  # noqa: A002 (the directive's id)
    """The part of a directive. Raises `MarkerInText` where a line of the text is a marker or header."""
    lines = tuple(_bare(line) for line in _LINES.findall(text.encode()))
    if any(_kind(line) is not _Kind.OTHER or _HEADER.fullmatch(line) for line in lines):
        raise MarkerInText("A line of the text is a marker of managed sections.")
    words = f"{_harmless(title)} · release {_harmless(release)} · {id}"
    return Part(id, (f"<!-- FOUNDRY: {words} -->".encode(), *lines))


def find(data: bytes) -> Section | None:
    """The section of a file where it has exactly one that is well-formed; None where it has none or is damaged."""
    lines = _lines(data)
    kinds = [_kind(line) for line in lines]
    begins, ends = ([i for i, kind in enumerate(kinds) if kind is each] for each in (_Kind.BEGIN, _Kind.END))
    if len(begins) != 1 or len(ends) != 1 or begins[0] > ends[0]:
        return None
    begin, end = begins[0], ends[0]
    intact = _bare(lines[begin]) in {BEGIN, BEGIN_AFTER_OPEN_LINE} and _bare(lines[end]) == END
    return Section(tuple(_parts(lines[begin + 1 : end])), intact)


def has_markers(data: bytes) -> bool:
    """Whether the file has any marker line."""
    return any(_kind(line) is not _Kind.OTHER for line in _lines(data))


def put(data: bytes, parts: Sequence[Part], *, last: Sequence[Part] = ()) -> bytes:
    """The file with exactly one section of these parts, and every line that is not ours as it was.

    `last` are the parts that were written before: behind a begin without an end only these lines are taken for ours.
    Where the file has a section, damaged or not, the new one takes its place, else it is at the end.
    """
    rest = _without_sections(data, last)
    kept, eol = rest.lines, rest.eol
    at, open_line = rest.at, rest.open_line
    if at is None:
        at = len(kept)
        open_line = bool(kept) and not kept[-1].endswith(b"\n")
        if open_line:
            kept[-1] += eol
    inside = [line for part in parts for line in part.lines]
    begin = BEGIN_AFTER_OPEN_LINE if open_line and at == len(kept) else BEGIN
    section = b"".join(line + eol for line in (begin, *inside, END))
    return rest.bom + b"".join(kept[:at]) + section + b"".join(kept[at:])


def take_out(data: bytes, *, last: Sequence[Part] = ()) -> bytes:
    """The file without any section: byte for byte what it was before `put`, where nothing else has changed since."""
    rest = _without_sections(data, last)
    text = b"".join(rest.lines)
    if rest.open_line and rest.at == len(rest.lines):
        text = text.removesuffix(rest.eol)
    return rest.bom + text


@dataclass(slots=True)
class _Rest:
    """A file without its sections: its own lines, where the first section was, and how its lines end."""

    bom: bytes
    lines: list[bytes]
    eol: bytes
    at: int | None = None
    open_line: bool = False


def _without_sections(data: bytes, last: Sequence[Part]) -> _Rest:
    lines = _lines(data)
    kinds = [_kind(line) for line in lines]
    rest = _Rest(BOM if data.startswith(BOM) else b"", [], _eol(lines, kinds))
    ours = [line for part in last for line in part.lines]
    i = 0
    while i < len(lines):
        if kinds[i] is _Kind.OTHER:
            rest.lines.append(lines[i])
            i += 1
            continue
        if rest.at is None:
            rest.at = len(rest.lines)
        rest.open_line |= _bare(lines[i]) == BEGIN_AFTER_OPEN_LINE
        i = i + 1 if kinds[i] is _Kind.END else _behind_begin(lines, kinds, i, ours)
    return rest


def _behind_begin(lines: Sequence[bytes], kinds: Sequence[_Kind], begin: int, ours: Sequence[bytes]) -> int:
    """Where the file's own lines go on behind the begin marker at `begin`."""
    following = begin + 1
    while following < len(lines) and kinds[following] is _Kind.OTHER:
        following += 1
    if following < len(lines) and kinds[following] is _Kind.END:
        return following + 1
    written = zip(lines[begin + 1 : following], ours, strict=False)
    return begin + 1 + sum(1 for _ in takewhile(lambda pair: _bare(pair[0]) == pair[1], written))


def _parts(lines: Sequence[bytes]) -> Iterator[Part]:
    """The lines of a section by their headers; what comes before the first header is a part without id."""
    name, collected = "", list[bytes]()
    for line in map(_bare, lines):
        header = _HEADER.fullmatch(line)
        if header:
            if collected:
                yield Part(name, tuple(collected))
            name, collected = header[1].decode(), []
        collected.append(line)
    if collected:
        yield Part(name, tuple(collected))


def _lines(data: bytes) -> list[bytes]:
    found: list[bytes] = _LINES.findall(data.removeprefix(BOM))
    return found


def _kind(line: bytes) -> _Kind:
    if b"<!--" not in line:
        return _Kind.OTHER
    bare = _bare(line)
    if _BEGIN.fullmatch(bare):
        return _Kind.BEGIN
    return _Kind.END if _END.fullmatch(bare) else _Kind.OTHER


def _bare(line: bytes) -> bytes:
    return line.rstrip(b"\r\n")


def _eol(lines: Sequence[bytes], kinds: Sequence[_Kind]) -> bytes:
    """How our lines end: as the begin marker does that is there, else as the file's first line does."""
    marked = [line for line, kind in zip(lines, kinds, strict=True) if kind is _Kind.BEGIN]
    return b"\r\n" if next(iter(marked or lines), b"").endswith(b"\r\n") else b"\n"


def _harmless(words: str) -> str:
    """Words that cannot end the comment they are in."""
    return " ".join(words.split()).replace("--", "- -").replace("--", "- -")
