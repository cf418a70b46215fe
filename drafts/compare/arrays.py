"""Aligns two arrays: finds the items that stayed, moved, changed in place, were added or were removed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz.distance import Indel

from drafts.compare.budget import Budget
from drafts.compare.identity import Identities
from drafts.compare.pairing import pairs_in_order
from drafts.compare.sequences import Gap, gaps, matching_blocks

# Members by which configurations usually identify an object within an array.
NAMES: Final = ("id", "name", "key", "role")
# Less similar items count as removed and added instead of changed.
MIN_SIMILARITY: Final = 0.4
# Above this number of pairs between two kept items, the pairs are not all compared.
MAX_PAIRS: Final = 2_500
LONG_STRING: Final = 2_000


@dataclass(slots=True)
class Alignment:
    """Index pairs (old, new) of items that moved or changed, and the indexes of those that were added or removed."""

    moved: list[tuple[int, int]] = field(default_factory=list)
    changed: list[tuple[int, int]] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    added: list[int] = field(default_factory=list)


def align(old: Sequence[object], new: Sequence[object], identities: Identities, budget: Budget) -> Alignment:
    """Align two arrays: equal items in order, then equal items out of order, then the most similar ones in each gap."""
    old_ids, new_ids = list(map(identities.of, old)), list(map(identities.of, new))
    blocks = matching_blocks(old_ids, new_ids, budget)
    found = Alignment()
    differing = list(gaps(blocks, len(old), len(new)))
    found.moved = _moved(differing, old_ids, new_ids, budget)
    gone, come = {here for here, _ in found.moved}, {there for _, there in found.moved}
    for gap in differing:
        left = [at for at in range(gap.old_start, gap.old_end) if at not in gone]
        right = [at for at in range(gap.new_start, gap.new_end) if at not in come]
        pairs = _changed([old[at] for at in left], [new[at] for at in right], identities, budget)
        found.changed += ((left[here], right[there]) for here, there in pairs)
        stayed, became = {here for here, _ in pairs}, {there for _, there in pairs}
        found.removed += (at for here, at in enumerate(left) if here not in stayed)
        found.added += (at for there, at in enumerate(right) if there not in became)
    return found


def likeness(old: object, new: object, identities: Identities) -> float:
    """The similarity of two different values, from 0 to 1."""
    if isinstance(old, dict) and isinstance(new, dict):
        named = [name for name in NAMES if isinstance(old.get(name), str) and name in new]
        if named and old[named[0]] != new[named[0]] and named[0] != "role":
            return 0.0
        equal = sum(key in new and identities.same(value, new[key]) for key, value in old.items())
        share = equal / max(len(old.keys() | new.keys()), 1)
        return max(share, MIN_SIMILARITY) if named and old[named[0]] == new[named[0]] else share
    if isinstance(old, list) and isinstance(new, list):
        return Indel.normalized_similarity(
            [*map(identities.of, old)][:LONG_STRING], [*map(identities.of, new)][:LONG_STRING]
        )
    if isinstance(old, str) and isinstance(new, str):
        return max(MIN_SIMILARITY, Indel.normalized_similarity(old[:LONG_STRING], new[:LONG_STRING]))
    return MIN_SIMILARITY if _kind(old) is None and _kind(new) is None else 0.0


def _moved(differing: list[Gap], old_ids: list[int], new_ids: list[int], budget: Budget) -> list[tuple[int, int]]:
    arrived: defaultdict[int, list[int]] = defaultdict(list)
    for gap in reversed(differing):
        for at in reversed(range(gap.new_start, gap.new_end)):
            arrived[new_ids[at]].append(at)
    left = [at for gap in differing for at in range(gap.old_start, gap.old_end)]
    if not budget.take_pairs(len(left)):
        return []
    return [(at, arrived[old_ids[at]].pop()) for at in left if arrived.get(old_ids[at])]


def _changed(old: list[object], new: list[object], identities: Identities, budget: Budget) -> list[tuple[int, int]]:
    count = len(old) * len(new)
    if count <= MAX_PAIRS and budget.take_pairs(count):
        return pairs_in_order(
            len(old), len(new), lambda here, there: likeness(old[here], new[there], identities), least=MIN_SIMILARITY
        )
    budget.give_up()
    return [(at, at) for at in range(min(len(old), len(new))) if _same_kind(old[at], new[at])]


def _same_kind(old: object, new: object) -> bool:
    return _kind(old) == _kind(new)


def _kind(value: object) -> object:
    return type(value) if isinstance(value, dict | list | str) else None
