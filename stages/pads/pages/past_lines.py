"""The text of a pad at a revision as a page shows it: line by line, alone or with what changed since another one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from drafts.compare.admission import admitted
from drafts.compare.budget import Budget
from drafts.compare.lines import TextLines
from drafts.compare.rows import split_rows
from drafts.compare.text import Row, compare_texts

# A browser slows down over more lines than this; the whole text is in REST.
MAX_LINES: Final = 5_000

Fate = Literal["kept", "inserted", "deleted"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line that is as it was, or that was inserted or deleted."""

    fate: Fate
    text: str


@dataclass(frozen=True, slots=True)
class PastLine:
    """One line with its number, which a deleted line does not have."""

    number: int | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class PastText:
    """The lines that a page shows; `left_out` says how many more the text has, `is_same` that nothing changed."""

    lines: list[PastLine]
    count: int
    left_out: int = 0
    is_same: bool = False


def text_lines(text: str) -> PastText:
    """A text as it was."""
    lines = TextLines.of(text).lines
    shown = [PastLine(at, (Piece("kept", line),)) for at, line in enumerate(lines[:MAX_LINES], 1)]
    return PastText(shown, len(lines), left_out=max(len(lines) - MAX_LINES, 0))


def changed_lines(before: str, text: str, *, reader: UUID) -> PastText:
    """A text with what was inserted and deleted since an earlier one. Raises `RateLimited`."""
    if before == text:
        same = text_lines(text)
        return PastText(same.lines, same.count, same.left_out, is_same=True)
    with admitted(reader, len(before) + len(text)):
        # All equal lines are around the changes.
        difference = compare_texts(before, text, context=len(before) + len(text), budget=Budget(rows=MAX_LINES))
    lines = [line for hunk in difference.hunks for line in _lines(split_rows(hunk))]
    count = len(difference.new.lines)
    shown = max((line.number for line in lines if line.number is not None), default=0)
    return PastText(lines, count, left_out=count - shown if difference.next is not None else 0)


def _lines(rows: Iterator[tuple[Row | None, Row | None, int]]) -> Iterator[PastLine]:
    for old, new, place in rows:
        if new is not None and not place:
            yield PastLine(new.new, (Piece("kept", new.text),))
        elif old is not None and new is not None and old.partner == new.new:
            yield PastLine(new.new, tuple(_woven(old, new)))
        else:
            if old is not None:
                yield PastLine(None, (Piece("deleted", old.text),))
            if new is not None:
                yield PastLine(new.new, (Piece("inserted", new.text),))


def _woven(old: Row, new: Row) -> list[Piece]:
    """Two forms of one line as one: what both have once, what only one of them has in its place."""
    before, after = list(old.pieces()), list(new.pieces())
    if _common(before) != _common(after):
        return [Piece("deleted", old.text), Piece("inserted", new.text)]
    woven: list[Piece] = []
    while before or after:
        if before and before[0][1]:
            woven.append(Piece("deleted", before.pop(0)[0]))
        elif after and after[0][1]:
            woven.append(Piece("inserted", after.pop(0)[0]))
        else:
            count = min(len(before[0][0]), len(after[0][0]))
            woven.append(Piece("kept", before[0][0][:count]))
            for pieces in (before, after):
                rest = pieces.pop(0)[0][count:]
                if rest:
                    pieces.insert(0, (rest, False))
    return woven


def _common(pieces: list[tuple[str, bool]]) -> str:
    return "".join(text for text, is_marked in pieces if not is_marked)
