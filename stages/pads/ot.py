"""Operational transformation of changes by position: the diagram of seed 001, and what history needs.

Two changes of one text are carried over each other. Where both insert at one place, the earlier revision's text is on
the left. Text that one of them deletes is gone; what the other one inserted into it stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from kernel.crdt.edits import Edit, Edits, from_units, to_units
from stages.pads import changes
from stages.pads.changes import Replacement

Side = Literal["left", "right"]


def transform(edits: Iterable[Edit], over: Iterable[Edit], *, side: Side = "right") -> Edits:
    """`edits` as a change of the text after `over`; both were made from one text.

    `side` says where an insertion of `edits` is when `over` inserts at the same place: `right` where `over` is the
    earlier revision, `left` where it is the later one.
    """
    if side == "right":
        return transform_pair(over, edits)[1]
    return transform_pair(edits, over)[0]


def transform_pair(earlier: Iterable[Edit], later: Iterable[Edit]) -> tuple[Edits, Edits]:
    """Two changes of one text as `(earlier after later, later after earlier)`: either order gives the same text."""
    first, second = changes.transform_pair(_parts(earlier), _parts(later))
    return _edits(first), _edits(second)


def transform_over(edits: Edits, revisions: Iterable[Edits]) -> tuple[Edits, list[Edits]]:
    """A client's change, made before `revisions`, as a change of the text after them; and what it missed.

    Applied in turn to the client's own text, which has its change already, the missed changes give the text that the
    revisions and then the change give.
    """
    missed = []
    for revision in revisions:
        after, edits = transform_pair(revision, edits)
        missed.append(after)
    return edits, missed


def compose(first: Iterable[Edit], then: Iterable[Edit]) -> Edits:
    """One change that does what `first` does and then `then`."""
    return _edits(changes.compose(_parts(first), _parts(then)))


def invert(edits: Iterable[Edit], text: str) -> Edits:
    """The change that takes `edits`, a change of `text`, back."""
    units = to_units(text)
    return _edits(changes.invert(_parts(edits), lambda start, end: units[start:end]))


def _parts(edits: Iterable[Edit]) -> list[Replacement[str]]:
    return [(edit.pos, edit.delete, to_units(edit.insert) or None) for edit in edits]


def _edits(replacements: Iterable[Replacement[str]]) -> Edits:
    return tuple(Edit(pos, delete, from_units(insert or "")) for pos, delete, insert in replacements)
