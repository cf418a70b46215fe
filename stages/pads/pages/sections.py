"""The sections of a Markdown text by its headings, and the lines of a part of any text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from drafts.headings import heading_of
from kernel.crdt.edits import count_units, points_to_units, units_to_points
from stages.pads.ranges import Range

# More than these would make the list of choices too long to read.
MAX_SECTIONS: Final = 60

_FENCE: Final = re.compile(r" {0,3}(```|~~~)")


@dataclass(frozen=True, slots=True)
class Lines:
    """The first and the last line of a part, counted from 1."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what is under it, up to the next one of its level; blank lines at the end are not part of it."""

    title: str
    lines: Lines
    part: Range


def count_lines(text: str) -> int:
    """How many lines a text has, as editors number them."""
    return text.count("\n") + 1


def lines_of(text: str, part: Range | None) -> Lines:
    """The lines of a part of a text, all of them for None."""
    if part is None:
        return Lines(1, count_lines(text))
    start, end = units_to_points(text, [part.start, part.end])
    first = text.count("\n", 0, start) + 1
    return Lines(first, first + text.count("\n", start, max(start, end - 1)))


def sections_of(text: str, language: str | None) -> list[Section]:
    """The sections of a text that has headings: of Markdown, the first `MAX_SECTIONS` of it."""
    if language != "markdown":
        return []
    lines = text.split("\n")
    headings = list(_headings(lines))[:MAX_SECTIONS]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    found = []
    for at, (number, level, title) in enumerate(headings):
        end = next((other for other, deeper, _title in headings[at + 1 :] if deeper <= level), len(lines))
        while end > number + 1 and not lines[end - 1].strip():
            end -= 1
        part = Range(*points_to_units(text, [starts[number], starts[end] - 1]))
        found.append(Section(title, Lines(number + 1, end), part))
    return found


def trimmed(text: str, part: Range) -> Range:
    """A part that is inside its text, whatever was asked for."""
    length = count_units(text)
    start = min(max(part.start, 0), length)
    return Range(start, min(max(part.end, start), length))


def _headings(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Their lines, counted from 0, with level and title; not those in blocks of code."""
    fence = ""
    for number, line in enumerate(lines):
        if found := _FENCE.match(line):
            if not fence:
                fence = found[1]
            elif found[1] == fence:
                fence = ""
        elif not fence and (heading := heading_of(line)):
            yield number, heading.level, heading.title or "#" * heading.level
