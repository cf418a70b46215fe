"""The difference of two texts by lines: hunks with context, words marked, and moved blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal, NamedTuple

from drafts.compare.budget import Budget
from drafts.compare.lines import TextLines, changed_stretches
from drafts.compare.moves import Move, moved_blocks
from drafts.compare.sequences import Gap
from drafts.compare.stretches import Fate, Stretch, compare_stretch
from drafts.compare.words import Span, count_words, utf16

CONTEXT: Final = 3

RowKind = Literal["equal", "removed", "added"]

_GONE: Final = Fate()


class Row(NamedTuple):
    """One line of a hunk, with its 1-based number in the old and the new text.

    `partner` is the number of the line on the other side of which it is an edited form, `moved` that of the same line
    elsewhere on the other side. `spans` are the ranges that differ from the partner, in code points. `ends` is false
    for a last line without LF.
    """

    kind: RowKind
    old: int | None
    new: int | None
    text: str
    partner: int | None = None
    moved: int | None = None
    spans: tuple[Span, ...] = ()
    ends: bool = True

    def pieces(self) -> Iterator[tuple[str, bool]]:
        """The line split at its marked ranges, for pages: (text, whether it is marked)."""
        at = 0
        for start, end in self.spans:
            if start > at:
                yield self.text[at:start], False
            yield self.text[start:end], True
            at = end
        if at < len(self.text):
            yield self.text[at:], False

    def as_data(self) -> dict[str, Any]:
        """The JSON form in REST; `marks` are in UTF-16 code units, and left out if there are none."""
        data: dict[str, Any] = {"op": self.kind, "old": self.old, "new": self.new, "text": self.text}
        if self.spans:
            data["marks"] = utf16(self.text, self.spans)
        if self.partner is not None:
            data["partner"] = self.partner
        if self.moved is not None:
            data["moved"] = self.moved
        if not self.ends:
            data["missing_newline"] = True
        return data


@dataclass(frozen=True, slots=True)
class Hunk:
    """Changes that are close together, with the equal lines around them.

    Starts are 1-based. If a side has no line in the hunk, its start is the line after which the other side's lines
    belong.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    rows: tuple[Row, ...]

    def as_data(self) -> dict[str, Any]:
        """As REST shows it."""
        return {
            "old_start": self.old_start,
            "old_count": self.old_count,
            "new_start": self.new_start,
            "new_count": self.new_count,
            "lines": [row.as_data() for row in self.rows],
        }


@dataclass(frozen=True, slots=True)
class TextCounts:
    """How much changed. Moved lines count as moved only; `places` is the number of runs of changed lines."""

    lines_added: int = 0
    lines_removed: int = 0
    lines_moved: int = 0
    words_added: int = 0
    words_removed: int = 0
    places: int = 0

    def as_data(self) -> dict[str, int]:
        """As REST shows it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class TextDifference:
    """The difference of two texts; `old` and `new` hold all lines, so that pages can show those between hunks.

    Of `total` rows, the first `after` are left out, and possibly some at the end (`next`). `is_unread` means that the
    texts were not compared, because the comparison has too many others; it is known only that they differ.
    """

    old: TextLines
    new: TextLines
    hunks: tuple[Hunk, ...]
    moves: tuple[Move, ...]
    counts: TextCounts
    coarse: bool = False
    total: int = 0
    after: int = 0
    is_unread: bool = False

    @property
    def next(self) -> int | None:
        """The value of `after` for the rest of the rows; None if there is no rest."""
        end = self.after + sum(len(hunk.rows) for hunk in self.hunks)
        return end if end < self.total or self.is_unread else None

    def as_data(self) -> dict[str, Any]:
        """The members of a text field in REST."""
        return {
            "hunks": [hunk.as_data() for hunk in self.hunks],
            "next": self.next,
            "moves": [{"old_start": m.old_start, "new_start": m.new_start, "count": m.count} for m in self.moves],
            "counts": self.counts.as_data(),
            "coarse": self.coarse,
        }


def compare_texts(old: str, new: str, *, context: int = CONTEXT, budget: Budget | None = None) -> TextDifference:
    """Compare two texts by lines, which end with LF; each change gets `context` equal lines around it.

    A CR belongs to its line, so that lines with different line ends differ, with a mark at their end.
    """
    budget = Budget() if budget is None else budget
    before, budget.coarse = budget.coarse, False
    old_lines, new_lines = TextLines.of(old), TextLines.of(new)
    gaps = changed_stretches(old_lines, new_lines, budget)
    moves = moved_blocks(gaps, old_lines.lines, new_lines.lines, budget)
    gone = {move.old_start + at: move.new_start + at for move in moves for at in range(move.count)}
    came = {there: here for here, there in gone.items()}
    stretches = [compare_stretch(gap, old_lines, new_lines, budget, gone=gone, came=came) for gap in gaps]
    coarse, budget.coarse = budget.coarse, before or budget.coarse
    groups = [_HunkStretches.of(group, old_lines, new_lines, context) for group in _grouped(stretches, context)]
    total = sum(group.size for group in groups)
    first, taken = budget.take_rows(total)
    hunks = tuple(_hunks(groups, first, taken, old_lines, new_lines))
    counts = _counts(stretches, old_lines, new_lines)
    return TextDifference(old_lines, new_lines, hunks, moves, counts, coarse, total, first)


def unread_difference() -> TextDifference:
    """A difference of texts that were not compared."""
    return TextDifference(TextLines([]), TextLines([]), (), (), TextCounts(), coarse=True, is_unread=True)


def apply_hunks(hunks: Iterable[Hunk], text: str) -> str:
    """Apply hunks to the old text and return the new one. Raises `ValueError` if they do not fit the text."""
    old = TextLines.of(text)
    lines: list[str] = []
    at, ends = 0, old.ends
    for hunk in hunks:
        start = hunk.old_start - 1 if hunk.old_count else hunk.old_start
        lines += old.lines[at:start]
        at = start + hunk.old_count
        if [row.text for row in hunk.rows if row.kind != "added"] != old.lines[start:at]:
            raise ValueError(f"The text differs from line {start + 1} on.")
        kept = [row for row in hunk.rows if row.kind != "removed"]
        lines += (row.text for row in kept)
        if at == len(old.lines):
            ends = kept[-1].ends if kept else True
    return TextLines([*lines, *old.lines[at:]], ends).text()


def _grouped(stretches: list[Stretch], context: int) -> Iterator[list[Stretch]]:
    group: list[Stretch] = []
    for stretch in stretches:
        if group and stretch.gap.old_start - group[-1].gap.old_end > 2 * context:
            yield group
            group = []
        group.append(stretch)
    if group:
        yield group


@dataclass(frozen=True, slots=True)
class _HunkStretches:
    """Changes that are close together and form a hunk. Lines are 0-based, and the end is exclusive."""

    stretches: list[Stretch]
    lines: Gap
    size: int

    @classmethod
    def of(cls, stretches: list[Stretch], old: TextLines, new: TextLines, context: int) -> _HunkStretches:
        first, last = stretches[0].gap, stretches[-1].gap
        lead = min(context, first.old_start)
        trail = min(context, len(old.lines) - last.old_end)
        lines = Gap(first.old_start - lead, last.old_end + trail, first.new_start - lead, last.new_end + trail)
        came = sum(each.gap.new_end - each.gap.new_start for each in stretches)
        return cls(stretches, lines, lines.old_end - lines.old_start + came)

    def rows(self, old: TextLines, new: TextLines) -> Iterator[Row]:
        old_at, new_at = self.lines.old_start, self.lines.new_start
        for stretch in self.stretches:
            yield from _equal(old_at, new_at, stretch.gap.old_start - old_at, old)
            yield from _removed(stretch, old)
            yield from _added(stretch, new)
            old_at, new_at = stretch.gap.old_end, stretch.gap.new_end
        yield from _equal(old_at, new_at, self.lines.old_end - old_at, old)


def _hunks(groups: Iterable[_HunkStretches], first: int, count: int, old: TextLines, new: TextLines) -> Iterator[Hunk]:
    """The hunks with `count` rows, starting at row `first`; other rows are not kept in memory."""
    for group in groups:
        skipped, taken = min(first, group.size), min(count, max(group.size - first, 0))
        first -= skipped
        count -= taken
        if taken:
            yield _hunk(group, skipped, taken, old, new)


def _hunk(group: _HunkStretches, skipped: int, count: int, old: TextLines, new: TextLines) -> Hunk:
    rows = group.rows(old, new)
    old_start, new_start = group.lines.old_start, group.lines.new_start
    for row in islice(rows, skipped):
        old_start += row.kind != "added"
        new_start += row.kind != "removed"
    taken = tuple(islice(rows, count))
    old_count = sum(row.kind != "added" for row in taken)
    new_count = sum(row.kind != "removed" for row in taken)
    return Hunk(old_start + bool(old_count), old_count, new_start + bool(new_count), new_count, taken)


def _equal(old_at: int, new_at: int, count: int, lines: TextLines) -> Iterator[Row]:
    for at in range(old_at, old_at + count):
        yield Row("equal", at + 1, at + 1 + new_at - old_at, lines.lines[at], ends=_ends(lines, at))


def _removed(stretch: Stretch, old: TextLines) -> Iterator[Row]:
    for at in range(stretch.gap.old_start, stretch.gap.old_end):
        fate = stretch.old.get(at, _GONE)
        yield Row("removed", at + 1, None, old.lines[at], fate.partner, fate.moved, fate.spans, _ends(old, at))


def _added(stretch: Stretch, new: TextLines) -> Iterator[Row]:
    for at in range(stretch.gap.new_start, stretch.gap.new_end):
        fate = stretch.new.get(at, _GONE)
        yield Row("added", None, at + 1, new.lines[at], fate.partner, fate.moved, fate.spans, _ends(new, at))


def _ends(lines: TextLines, at: int) -> bool:
    return lines.ends or at + 1 < len(lines.lines)


def _counts(stretches: list[Stretch], old: TextLines, new: TextLines) -> TextCounts:
    gone = came = moved = words_gone = words_came = 0
    for stretch in stretches:
        gap = stretch.gap
        lines, words = _changed(old.lines, gap.old_start, gap.old_end, stretch.old)
        moved += gap.old_end - gap.old_start - lines
        gone, words_gone = gone + lines, words_gone + words
        lines, words = _changed(new.lines, gap.new_start, gap.new_end, stretch.new)
        came, words_came = came + lines, words_came + words
    return TextCounts(came, gone, moved, words_came, words_gone, len(stretches))


def _changed(lines: list[str], start: int, end: int, fates: dict[int, Fate]) -> tuple[int, int]:
    """How many lines, and how many words in them, changed on one side of a stretch; moved lines do not count."""
    if not fates:
        return end - start, count_words("\n".join(lines[start:end]))
    count = words = 0
    for at in range(start, end):
        fate = fates.get(at, _GONE)
        if fate.moved is None:
            count += 1
            parts = (lines[at][s:e] for s, e in fate.spans) if fate.marked else (lines[at],)
            words += sum(map(count_words, parts))
    return count, words
