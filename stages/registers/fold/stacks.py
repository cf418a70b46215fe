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
    done, taken_back = _Stack(), _Stack()
    for bundle in bundles:
        undoes = bundle.header.undoes
        if undoes in done.places:
            done.cut(undoes)
            taken_back.add(bundle)
        elif undoes in taken_back.places:
            taken_back.cut(undoes)
            done.add(bundle)
        else:
            done.add(bundle)
            taken_back = _Stack()
    return done.bundles, taken_back.bundles


class _Stack:
    """Bundles one upon the other, with where each id is first: a person may have very many."""

    def __init__(self) -> None:
        self.bundles: list[Bundle] = []
        self.places: dict[str | None, int] = {}

    def add(self, bundle: Bundle) -> None:
        self.places.setdefault(bundle.header.bundle_id, len(self.bundles))
        self.bundles.append(bundle)

    def cut(self, bundle_id: str | None) -> None:
        """Take off a bundle and all that are above it."""
        at = self.places[bundle_id]
        for each in self.bundles[at:]:
            if self.places.get(each.header.bundle_id, -1) >= at:
                del self.places[each.header.bundle_id]
        del self.bundles[at:]
