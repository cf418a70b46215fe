"""Marks the words that differ between the old and the new text of a changed line.

Words are aligned without the white space between them; white space that changed between two kept words is marked
separately. Spans count code points; `utf16` converts them to the UTF-16 code units that editors count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from drafts.compare.budget import Budget
from drafts.compare.sequences import Block, Gap, gaps, matching_blocks, numbered

# Chinese and Japanese characters, Hangul, Thai, Lao, Burmese, Khmer: scripts that put no spaces between words.
_UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
# One word, one character of an unspaced script, or one symbol; accents, joiners and skin tones stay with their letter.
_WORD: Final = re.compile(
    rf"\s*(?:[^\W{_UNSPACED}](?:[^\W{_UNSPACED}]|[\u0300-\u036f])*"
    r"|\S(?:\u200d\S|[\u0300-\u036f\u20e3\ufe00-\ufe0f\U0001f3fb-\U0001f3ff])*)"
)
_PLAIN_WORD: Final = re.compile(r"\s*(?:\w+|\S)")
_COUNTED: Final = re.compile(rf"[^\W{_UNSPACED}]+|[{_UNSPACED}]")
_PLAIN_COUNTED: Final = re.compile(r"\w+")

# A line longer than this is first compared by the parts between spaces, and by words only where these differ.
LONG_LINE: Final = 4_000
# A stretch of a long line longer than this on either side is marked as a whole.
LONG_STRETCH: Final = 50_000
# More marks than this in one line are unreadable, so they become a single one.
MAX_MARKS: Final = 1_000
# Lines that keep less than this share of the longer one have nothing in common worth marking.
MIN_KEPT: Final = 0.2


class Span(NamedTuple):
    """A part of a line, from `start` up to but not including `end`."""

    start: int
    end: int


class Marks(NamedTuple):
    """What differs between an old and a new line, in code points."""

    old: tuple[Span, ...]
    new: tuple[Span, ...]


class _SplitLine(NamedTuple):
    """A line's words with the white space before each; `ends` has each one's end, and 0 in front."""

    line: str
    words: Sequence[str]
    ends: Sequence[int]

    def start(self, index: int) -> int:
        """Where the word itself begins, after its white space."""
        return self.ends[index + 1] - len(self.words[index])

    def space(self, index: int) -> Span:
        """The white space before the word."""
        return Span(self.ends[index], self.start(index))


def mark_words(old: str, new: str, budget: Budget) -> Marks | None:
    """Mark what differs between two lines; None if they share too little for marks to be useful.

    The comparison counts as coarse if the marks of a long line are left out.
    """
    is_long = len(old) + len(new) > LONG_LINE
    marks = _mark_long(old, new, budget) if is_long else _mark(_words_of(old), _words_of(new), budget)
    longer = max(len(old), len(new))
    changed = max(sum(end - start for start, end in side) for side in marks)
    if longer - changed >= MIN_KEPT * longer:
        if max(map(len, marks)) <= MAX_MARKS:
            return marks
        budget.give_up()
        return Marks(*((Span(side[0].start, side[-1].end),) if side else () for side in marks))
    if is_long:
        budget.give_up()
    return None


def count_words(text: str) -> int:
    """The number of words as a person would count them, without symbols and white space."""
    return len((_PLAIN_COUNTED if text.isascii() else _COUNTED).findall(text))


def utf16(text: str, spans: Iterable[Span]) -> list[list[int]]:
    """The spans as `[start, end]` in UTF-16 code units."""
    if text.isascii() or max(text) < "\U00010000":
        return [[start, end] for start, end in spans]
    units = list(accumulate((1 + (character >= "\U00010000") for character in text), initial=0))
    return [[units[start], units[end]] for start, end in spans]


def _words_of(line: str) -> _SplitLine:
    spaced = (_PLAIN_WORD if line.isascii() else _WORD).findall(line)
    return _SplitLine(line, [each.lstrip() for each in spaced], list(accumulate(map(len, spaced), initial=0)))


def _mark(old: _SplitLine, new: _SplitLine, budget: Budget) -> Marks:
    blocks = matching_blocks(*numbered(old.words, new.words), budget)
    blocks = _without_coincidences(blocks, old, new)
    marks_old, marks_new = _space_marks(blocks, old, new)
    for gap in gaps(blocks, len(old.words), len(new.words)):
        removed, added = gap.old_end > gap.old_start, gap.new_end > gap.new_start
        if removed:
            marks_old.append(_span(old, gap.old_start, gap.old_end, alone=not added))
        if added:
            marks_new.append(_span(new, gap.new_start, gap.new_end, alone=not removed))
    return Marks(_joined(marks_old), _joined(marks_new))


def _span(side: _SplitLine, start: int, end: int, *, alone: bool) -> Span:
    """The words `start:end`; if the other side has none, with the white space that was added or removed with them."""
    first, last = side.start(start), side.ends[end]
    if alone:
        if end < len(side.words):
            last = side.start(end)
        elif start:
            first = side.ends[start]
    return Span(first, last)


def _space_marks(blocks: list[Block], old: _SplitLine, new: _SplitLine) -> tuple[list[Span], list[Span]]:
    """White space that differs inside a run of kept words, and at the two ends of the line."""
    pairs: list[tuple[Span, Span]] = []
    for block in blocks:
        leads = not block.old and not block.new
        if _spaced_apart(block, old, new, leads=leads):
            inner = range(0 if leads else 1, block.size)
            pairs += ((old.space(block.old + at), new.space(block.new + at)) for at in inner)
    last = blocks[-1] if blocks else Block(0, 0, 0)
    if (last.old + last.size, last.new + last.size) == (len(old.words), len(new.words)):
        pairs.append((Span(old.ends[-1], len(old.line)), Span(new.ends[-1], len(new.line))))
    differing = [(here, there) for here, there in pairs if old.line[slice(*here)] != new.line[slice(*there)]]
    return [here for here, _ in differing], [there for _, there in differing]


def _spaced_apart(block: Block, old: _SplitLine, new: _SplitLine, *, leads: bool) -> bool:
    start_old = 0 if leads else old.start(block.old)
    start_new = 0 if leads else new.start(block.new)
    kept_old = old.line[start_old : old.ends[block.old + block.size]]
    return kept_old != new.line[start_new : new.ends[block.new + block.size]]


def _without_coincidences(blocks: list[Block], old: _SplitLine, new: _SplitLine) -> list[Block]:
    """Drop kept words that are no longer than the changes before and after: they only split up a rewritten phrase."""
    kept: list[Block] = []
    for index, block in enumerate(blocks):
        following = blocks[index + 1] if index + 1 < len(blocks) else Block(len(old.words), len(new.words), 0)
        kept.append(block)
        while kept and _is_coincidence(kept[-2] if len(kept) > 1 else Block(0, 0, 0), kept[-1], following, old, new):
            kept.pop()
    return kept


def _is_coincidence(before: Block, block: Block, after: Block, old: _SplitLine, new: _SplitLine) -> bool:
    length = old.ends[block.old + block.size] - old.start(block.old)
    left = max(
        old.ends[block.old] - old.ends[before.old + before.size],
        new.ends[block.new] - new.ends[before.new + before.size],
    )
    if length > left:
        return False
    return length <= max(
        old.ends[after.old] - old.ends[block.old + block.size],
        new.ends[after.new] - new.ends[block.new + block.size],
    )


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in sorted(spans):
        if span.start == span.end:
            continue
        if joined and joined[-1].end >= span.start:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)


def _mark_long(old: str, new: str, budget: Budget) -> Marks:
    """Compare in two passes: the parts between single spaces, then words and symbols where these differ."""
    parts_old, parts_new = old.split(" "), new.split(" ")
    ends_old, ends_new = _ends(parts_old), _ends(parts_new)
    blocks = matching_blocks(*numbered(parts_old, parts_new), budget)
    marks_old: list[Span] = []
    marks_new: list[Span] = []
    for gap in gaps(blocks, len(parts_old), len(parts_new)):
        left, right = _stretches(gap, ends_old, ends_new, len(old), len(new))
        part_old, part_new = old[left.start : left.end], new[right.start : right.end]
        inner = Marks((Span(0, len(part_old)),), (Span(0, len(part_new)),))
        if part_old and part_new and not (_is_word(part_old) and _is_word(part_new)):
            if max(len(part_old), len(part_new)) > LONG_STRETCH:
                budget.give_up()
            else:
                inner = _mark(_words_of(part_old), _words_of(part_new), budget)
        marks_old += (Span(start + left.start, end + left.start) for start, end in inner.old)
        marks_new += (Span(start + right.start, end + right.start) for start, end in inner.new)
    return Marks(_joined(marks_old), _joined(marks_new))


def _is_word(part: str) -> bool:
    """Whether the part is certainly a single word, so that it need not be split."""
    return part.isascii() and part.isalnum()


def _ends(parts: list[str]) -> list[int]:
    """Where each part would end if there were no spaces between them, and 0 in front."""
    return list(accumulate(map(len, parts), initial=0))


def _stretches(gap: Gap, ends_old: list[int], ends_new: list[int], size_old: int, size_new: int) -> tuple[Span, Span]:
    """The differing stretches of both lines; with the space after them only if the other side is empty."""
    alone = gap.old_start == gap.old_end or gap.new_start == gap.new_end
    spare = 0 if alone else 1
    return (
        _stretch(gap.old_start, gap.old_end, ends_old, size_old, spare),
        _stretch(gap.new_start, gap.new_end, ends_new, size_new, spare),
    )


def _stretch(start: int, end: int, ends: list[int], size: int, spare: int) -> Span:
    first = ends[start] + start
    if start == end:
        return Span(min(first, size), min(first, size))
    if end == len(ends) - 1 and not spare and start:
        return Span(first - 1, size)
    return Span(first, min(ends[end] + end - spare, size))
