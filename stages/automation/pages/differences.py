"""The difference of two texts of a script, for `workspace/parts/changed_lines.html`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from drafts.compare.text import TextDifference, compare_texts
from workspace.compare.rows import ComparedRows, compared_rows

CONTEXT: Final = 3
# Beyond this a page shows the beginning only.
MAX_ROWS: Final = 3000


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs, line by line."""

    found: TextDifference

    @property
    def blocks(self) -> Iterator[ComparedRows]:
        """As many rows as are shown."""
        left = MAX_ROWS
        for block in compared_rows(self.found):
            left -= len(block.rows) if block.fold is None else 0
            if left < 0:
                return
            yield block

    @property
    def is_cut(self) -> bool:
        return sum(len(hunk.rows) for hunk in self.found.hunks) > MAX_ROWS

    @property
    def is_empty(self) -> bool:
        return not self.found.hunks


def difference_of(before: str, after: str) -> Difference:
    return Difference(compare_texts(before, after, context=CONTEXT))
