"""When a character of a pad was typed: the revision that inserted it, found by following it back through the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.crdt.edits import Edits, count_units
from stages.pads.log import read_edits
from stages.pads.models import Revision

# Revisions that a character is followed back through, and how many are read at once.
MAX_BACK: Final = 10_000
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Origin:
    """The revision that inserted a character; None for `found` where it is older than `revision`."""

    revision: int
    found: Revision | None


def origin_of(pad_id: UUID, revision: int, position: int) -> Origin:
    """Which revision inserted the unit after `position` in the text of `revision`.

    Looks at up to `MAX_BACK` revisions: what is older is only known to be older. Raises `IndexError` beyond the text.
    """
    until, oldest = revision, max(revision - MAX_BACK, 0)
    while until > oldest:
        after = max(until - _AT_ONCE, oldest)
        rows = Revision.objects.filter(pad=pad_id, revision__gt=after, revision__lte=until)
        for row in rows.defer("update").order_by("-revision"):
            if row.revision == revision and position >= row.length:
                raise IndexError(position)
            before = position_before(read_edits(row.edits), position)
            if before is None:
                return Origin(row.revision, row)
            position = before
        until = after
    return Origin(until, None)


def position_before(edits: Edits, position: int) -> int | None:
    """Where a unit of the text after a change was in the text before it; None where the change inserted it."""
    shift = 0
    for edit in edits:
        start = edit.pos + shift
        if position < start:
            break
        inserted = count_units(edit.insert)
        if position < start + inserted:
            return None
        shift += inserted - edit.delete
    return position - shift
