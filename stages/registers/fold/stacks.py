"""Which bundles of a person can be undone, and which undoes can be redone."""

from __future__ import annotations

from collections.abc import Sequence

from stages.registers.fold.bundles import Bundle


def undoable(bundles: Sequence[Bundle]) -> list[Bundle]:
    """Of all bundles of a person, in canonical order, those that are not taken back; the newest is undone next."""
    return _stacks(bundles)[0]


def redoable(bundles: Sequence[Bundle]) -> list[Bundle]:
    """The undoes of a person since they last did something else; the newest is redone next."""
    return _stacks(bundles)[1]


def cancelled(bundles: Sequence[Bundle], since: Bundle) -> set[str]:
    """The ids of a person's bundles after one that add up to nothing: each of these and the one that took it back."""
    later = [each for each in bundles if each.operations[0].order > since.operations[0].order]
    known = {each.header.bundle_id for each in later}
    found: set[str] = set()
    for each in reversed(later):
        bundle_id, undoes = each.header.bundle_id, each.header.undoes
        if undoes in known and not {bundle_id, undoes} & found:
            found |= {bundle_id, undoes}
    return found


def _stacks(bundles: Sequence[Bundle]) -> tuple[list[Bundle], list[Bundle]]:
    """What is newer than a bundle that is taken back was passed over, as it made no difference: it is done with."""
    done: list[Bundle] = []
    taken_back: list[Bundle] = []
    for bundle in bundles:
        if (at := _find(done, bundle.header.undoes)) is not None:
            del done[at:]
            taken_back.append(bundle)
        elif (at := _find(taken_back, bundle.header.undoes)) is not None:
            del taken_back[at:]
            done.append(bundle)
        else:
            done.append(bundle)
            taken_back.clear()
    return done, taken_back


def _find(bundles: Sequence[Bundle], bundle_id: str | None) -> int | None:
    return next((at for at, each in enumerate(bundles) if each.header.bundle_id == bundle_id), None)
