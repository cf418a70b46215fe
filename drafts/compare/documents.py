"""The difference of two JSON documents by path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from drafts.compare.arrays import align
from drafts.compare.budget import Budget
from drafts.compare.changes import Change, Path, in_order
from drafts.compare.identity import Identities
from drafts.compare.relocation import recognise_moves


@dataclass(frozen=True, slots=True)
class DocumentCounts:
    """How many values were added, removed, changed and moved; an object that was added as a whole is one value."""

    added: int = 0
    removed: int = 0
    changed: int = 0
    moved: int = 0

    @property
    def values(self) -> int:
        """All of them."""
        return self.added + self.removed + self.changed + self.moved

    def as_data(self) -> dict[str, int]:
        """As REST shows it."""
        return {
            "values": self.values,
            "added": self.added,
            "removed": self.removed,
            "changed": self.changed,
            "moved": self.moved,
        }


@dataclass(frozen=True, slots=True)
class DocumentDifference:
    """The difference of two documents: its changes in the order of the new document.

    `counts` counts all changes. `changes` leaves out the first `after` of them, and possibly some at the end (`next`).
    """

    changes: tuple[Change, ...]
    counts: DocumentCounts
    coarse: bool = False
    after: int = 0

    @property
    def next(self) -> int | None:
        """The value of `after` for the rest of the changes; None if there is no rest."""
        end = self.after + len(self.changes)
        return end if end < self.counts.values else None

    def as_data(self) -> dict[str, Any]:
        """The members that a JSON field has in REST."""
        return {
            "changes": [change.as_data() for change in self.changes],
            "next": self.next,
            "counts": self.counts.as_data(),
            "coarse": self.coarse,
        }


def compare_documents(old: object, new: object, *, budget: Budget | None = None) -> DocumentDifference:
    """Compare two parsed JSON documents, ignoring key order, white space and the spelling of numbers.

    Values may nest as deep as `kernel.ijson` allows.
    """
    budget = Budget() if budget is None else budget
    before, budget.coarse = budget.coarse, False
    identities = Identities()
    differ = _DocumentDiffer(identities, budget)
    changes = recognise_moves(list(differ.values((), old, (), new)), identities)
    coarse, budget.coarse = budget.coarse, before or budget.coarse
    counts = Counter(str(change.op) for change in changes)
    changes.sort(key=lambda change: in_order(change.path))
    first, taken = budget.take_rows(len(changes))
    return DocumentDifference(tuple(changes[first : first + taken]), DocumentCounts(**counts), coarse, first)


@dataclass(frozen=True, slots=True)
class _DocumentDiffer:
    """Compares two documents recursively, as long as both values are objects or both are arrays."""

    identities: Identities
    budget: Budget

    def values(self, old_path: Path, old: object, path: Path, new: object) -> Iterator[Change]:
        """The changes between two corresponding values."""
        if self.identities.same(old, new):
            return
        if isinstance(old, dict) and isinstance(new, dict):
            yield from self._objects(old_path, old, path, new)
        elif isinstance(old, list) and isinstance(new, list):
            yield from self._arrays(old_path, old, path, new)
        else:
            yield Change("changed", path, old, new, None if old_path == path else old_path)

    def _objects(self, old_path: Path, old: dict[str, Any], path: Path, new: dict[str, Any]) -> Iterator[Change]:
        for key, value in old.items():
            if key not in new:
                yield Change("removed", (*old_path, key), old=value)
            else:
                yield from self.values((*old_path, key), value, (*path, key), new[key])
        for key in new.keys() - old.keys():
            yield Change("added", (*path, key), new=new[key])

    def _arrays(self, old_path: Path, old: list[Any], path: Path, new: list[Any]) -> Iterator[Change]:
        found = align(old, new, self.identities, self.budget)
        for here, there in found.moved:
            yield Change("moved", (*path, there), old[here], new[there], (*old_path, here))
        for here, there in found.changed:
            yield from self.values((*old_path, here), old[here], (*path, there), new[there])
        for at in found.removed:
            yield Change("removed", (*old_path, at), old=old[at])
        for at in found.added:
            yield Change("added", (*path, at), new=new[at])
