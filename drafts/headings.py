"""The headings of Markdown texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_HEADING: Final = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of some level, 1 to 6; its title can be empty."""

    level: int
    title: str


def heading_of(line: str) -> Heading | None:
    """The heading that a line is, without the marks that may close it; in time that grows with the line only."""
    found = _HEADING.match(line)
    return Heading(len(found[1]), found[2].rstrip(" \t").rstrip("#").rstrip(" \t")) if found else None
