"""Splits texts into lines, and finds the stretches of lines in which two texts differ."""

from __future__ import annotations

from dataclasses import dataclass

from drafts.compare.budget import Budget
from drafts.compare.sequences import Gap, gaps, matching_blocks, numbered


@dataclass(frozen=True, slots=True)
class TextLines:
    """The lines of a text without their line ends; `ends` says whether the last one has its line end (LF).

    Only LF ends a line. The empty text has no line, and `ends` is true for it.
    """

    lines: list[str]
    ends: bool = True

    @classmethod
    def of(cls, text: str) -> TextLines:
        """Split a text; `text()` joins it again without any difference."""
        lines = text.split("\n")
        if lines[-1] == "":
            lines.pop()
            return cls(lines)
        return cls(lines, ends=False)

    def text(self) -> str:
        """The text of the lines."""
        return "\n".join(self.lines) + ("\n" if self.lines and self.ends else "")

    def keys(self) -> list[object]:
        """The values by which lines are compared: a last line without its line end differs from one that has it."""
        return list(self.lines) if self.ends else [*self.lines[:-1], (self.lines[-1],)]


def changed_stretches(old: TextLines, new: TextLines, budget: Budget) -> list[Gap]:
    """Where two texts differ, by 0-based lines; additions and removals are shifted to where a reader expects them."""
    old_numbers, new_numbers = numbered(old.keys(), new.keys())
    blocks = matching_blocks(old_numbers, new_numbers, budget)
    found: list[Gap] = []
    stretches = list(gaps(blocks, len(old_numbers), len(new_numbers)))
    for index, gap in enumerate(stretches):
        before = found[-1] if found else Gap(0, 0, 0, 0)
        after = stretches[index + 1] if index + 1 < len(stretches) else None
        if gap.old_start == gap.old_end:
            low = gap.new_start - before.new_end
            high = (after.new_start if after else len(new_numbers)) - gap.new_end
            by = _shift(new_numbers, new.lines, gap.new_start, gap.new_end, low=low, high=high)
        elif gap.new_start == gap.new_end:
            low = gap.old_start - before.old_end
            high = (after.old_start if after else len(old_numbers)) - gap.old_end
            by = _shift(old_numbers, old.lines, gap.old_start, gap.old_end, low=low, high=high)
        else:
            by = 0
        found.append(Gap(*(at + by for at in gap)))
    return found


def _shift(numbers: list[int], lines: list[str], start: int, end: int, *, low: int, high: int) -> int:
    """How far to shift added or removed lines: so that they end with a blank line or begin after one, otherwise as far
    down as possible. At most `low - 1` up and `high - 1` down, so that they never touch another change.
    """
    up = 0
    while up < low - 1 and numbers[start - up - 1] == numbers[end - up - 1]:
        up += 1
    down = 0
    while down < high - 1 and numbers[start + down] == numbers[end + down]:
        down += 1
    for by in range(down, -up - 1, -1):
        if not lines[end + by - 1].strip():
            return by
    for by in range(down, -up - 1, -1):
        if start + by == 0 or not lines[start + by - 1].strip():
            return by
    return down
