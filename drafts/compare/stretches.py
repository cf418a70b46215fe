"""Examines one stretch of changed lines: which old line became which new one, and which words changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz.distance import Indel

from drafts.compare.budget import Budget
from drafts.compare.lines import TextLines
from drafts.compare.pairing import pairs_in_order
from drafts.compare.sequences import Gap, gaps, matching_blocks, numbered
from drafts.compare.words import LONG_LINE, Span, mark_words

# Less similar lines (twice their common characters, by the characters of both) are not one line that changed.
MIN_SIMILARITY: Final = 0.6
# In a stretch with more pairs of lines than this, or with longer lines, not every pair is compared.
MAX_PAIRS: Final = 10_000
MAX_CHARACTER_PAIRS: Final = 1_000_000_000
# In a stretch with more lines than this, both sides together, no pair is compared.
MAX_LINES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a changed line: its partner or its other place (1-based, on the other side), and its marks.

    `marked` is false for partners with too little in common, which are shown side by side without marks.
    """

    partner: int | None = None
    moved: int | None = None
    spans: tuple[Span, ...] = ()
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of changed lines; the fates are by 0-based line. Lines that were only added or removed have none."""

    gap: Gap
    old: dict[int, Fate] = field(default_factory=dict)
    new: dict[int, Fate] = field(default_factory=dict)


def compare_stretch(
    gap: Gap, old: TextLines, new: TextLines, budget: Budget, *, gone: Mapping[int, int], came: Mapping[int, int]
) -> Stretch:
    """Examine one stretch; `gone` and `came` give the other place of moved lines, 1-based."""
    stretch = Stretch(gap)
    left: list[int] = []
    for at in range(gap.old_start, gap.old_end):
        if at + 1 in gone:
            stretch.old[at] = Fate(moved=gone[at + 1])
        else:
            left.append(at)
    right: list[int] = []
    for at in range(gap.new_start, gap.new_end):
        if at + 1 in came:
            stretch.new[at] = Fate(moved=came[at + 1])
        else:
            right.append(at)
    for here, there in _pairs([old.lines[at] for at in left], [new.lines[at] for at in right], budget):
        marks = mark_words(old.lines[left[here]], new.lines[right[there]], budget)
        spans_old, spans_new = marks or ((), ())
        stretch.old[left[here]] = Fate(partner=right[there] + 1, spans=spans_old, marked=marks is not None)
        stretch.new[right[there]] = Fate(partner=left[here] + 1, spans=spans_new, marked=marks is not None)
    return stretch


def _pairs(old: list[str], new: list[str], budget: Budget) -> list[tuple[int, int]]:
    """The pairs of lines that are one line which changed."""
    count = len(old) * len(new)
    if count <= 1:
        return [(0, 0)] * count
    if count <= MAX_PAIRS:
        return _likest(old, new, budget)
    if len(old) + len(new) > MAX_LINES:
        budget.give_up()
        return []
    pairs: list[tuple[int, int]] = []
    blocks = matching_blocks(*numbered(map(_core, old), map(_core, new)), budget)
    for block in blocks:
        pairs += ((block.old + at, block.new + at) for at in range(block.size))
    for gap in gaps(blocks, len(old), len(new)):
        left, right = old[gap.old_start : gap.old_end], new[gap.new_start : gap.new_end]
        if len(left) * len(right) <= MAX_PAIRS:
            found = _likest(left, right, budget)
        else:
            found = _face_to_face(left, right, budget)
        pairs += ((gap.old_start + here, gap.new_start + there) for here, there in found)
    return sorted(pairs)


def _core(line: str) -> str:
    """A line without what changes when text is indented, wrapped in punctuation, or written in another case."""
    return "".join(filter(str.isalnum, line)).casefold()


def _likest(old: list[str], new: list[str], budget: Budget) -> list[tuple[int, int]]:
    signs = sum(map(len, old)) * sum(map(len, new))
    if signs > MAX_CHARACTER_PAIRS:
        budget.give_up()
        return []
    if not budget.take_pairs(len(old) * len(new)) or not budget.take_cells(signs):
        return []
    return pairs_in_order(
        len(old), len(new), lambda here, there: _likeness(old[here], new[there]), least=MIN_SIMILARITY
    )


def _face_to_face(old: list[str], new: list[str], budget: Budget) -> list[tuple[int, int]]:
    """The pairs of similar lines at the same offset, where there are too many lines to compare every pair."""
    budget.give_up()
    if not budget.take_pairs(min(len(old), len(new))):
        return []
    sides = enumerate(zip(old, new, strict=False))
    return [
        (at, at)
        for at, (left, right) in sides
        if len(left) + len(right) <= LONG_LINE and _likeness(left, right) >= MIN_SIMILARITY
    ]


def _likeness(old: str, new: str) -> float:
    return Indel.normalized_similarity(old, new, score_cutoff=MIN_SIMILARITY)
