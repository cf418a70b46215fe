"""Which bundle of a person is undone next, and which undo is redone."""

from __future__ import annotations

from collections.abc import Sequence

from stages.registers.fold.bundles import Bundle


def next_undo(bundles: Sequence[Bundle]) -> Bundle | None:
    """The bundle that a person takes back next, of all of theirs in canonical order."""
    undoable, _redoable = _stacks(bundles)
    return undoable[-1] if undoable else None


def next_redo(bundles: Sequence[Bundle]) -> Bundle | None:
    """The bundle of a person that took something back, and is taken back itself next."""
    _undoable, redoable = _stacks(bundles)
    return redoable[-1] if redoable else None


def _stacks(bundles: Sequence[Bundle]) -> tuple[list[Bundle], list[Bundle]]:
    undoable: list[Bundle] = []
    redoable: list[Bundle] = []
    for bundle in bundles:
        undone = next((each for each in undoable if each.header.bundle_id == bundle.header.undoes), None)
        redone = next((each for each in redoable if each.header.bundle_id == bundle.header.undoes), None)
        if undone is not None:
            undoable.remove(undone)
            redoable.append(bundle)
        elif redone is not None:
            redoable.remove(redone)
            undoable.append(bundle)
        else:
            undoable.append(bundle)
            redoable.clear()
    return undoable, redoable
