"""How many lines each version added and removed, for lists. Texts never change, so what was counted once is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.cache import cache

from blobs.models import Blob
from drafts.compare.budget import Budget
from drafts.compare.text import compare_texts
from drafts.models import Draft

# Larger texts are compared on the compare page only.
LARGEST = 200_000
KEPT_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class LineCounts:
    """Lines, summed over the fields of a version."""

    added: int
    removed: int


Pair = tuple[str | None, str | None]


def line_counts(project_id: UUID, drafts: Sequence[Draft]) -> dict[int, LineCounts]:
    """Counts by version number; a version with a text too large to count quickly is left out."""
    numbers = [draft.version_number for draft in drafts]
    before = {draft.version_number: draft for draft in drafts}
    missing = {number - 1 for number in numbers} - before.keys()
    for draft in Draft.objects.filter(project_id=project_id, version_number__in=missing):
        before[draft.version_number] = draft
    pairs = {draft.version_number: _pairs(before.get(draft.version_number - 1), draft) for draft in drafts}
    counted = count_lines({pair for each in pairs.values() for pair in each})
    return {
        number: LineCounts(sum(counted[pair].added for pair in each), sum(counted[pair].removed for pair in each))
        for number, each in pairs.items()
        if all(pair in counted for pair in each)
    }


def _pairs(before: Draft | None, after: Draft) -> list[Pair]:
    return [(before.sha256_of(name) if before else None, after.sha256_of(name)) for name in after.changed_fields]


def count_lines(
    pairs: set[Pair], *, at_hand: Mapping[str, str] | None = None, most: int | None = None
) -> dict[Pair, LineCounts]:
    """Counts by the hashes of the text before and after (None: there is none); without those too large to count.

    `at_hand` are texts by hash that are not stored as contents. At most `most` bytes are newly counted at once.
    """
    keys = {f"lines:{before or ''}:{after or ''}": (before, after) for before, after in pairs}
    kept = cache.get_many(list(keys))
    found = {keys[key]: LineCounts(*value) for key, value in kept.items()}
    unknown = pairs - found.keys()
    if not unknown:
        return found
    at_hand = {digest: text for digest, text in (at_hand or {}).items() if len(text) <= LARGEST}
    if most is not None:
        unknown = _affordable(unknown, at_hand, most)
    hashes = {digest for pair in unknown for digest in pair if digest} - at_hand.keys()
    blobs = Blob.objects.filter(sha256__in=hashes, size__lte=LARGEST) if hashes else ()
    texts = {blob.sha256: blob.text for blob in blobs} | at_hand
    fresh = {
        (before, after): count_of_texts(texts[before] if before else "", texts[after] if after else "")
        for before, after in unknown
        if (not before or before in texts) and (not after or after in texts)
    }
    cache.set_many(
        {f"lines:{pair[0] or ''}:{pair[1] or ''}": (counts.added, counts.removed) for pair, counts in fresh.items()},
        KEPT_SECONDS,
    )
    return found | fresh


def _affordable(pairs: set[Pair], at_hand: Mapping[str, str], most: int) -> set[Pair]:
    """The first of them that together have at most `most` bytes; without those with a text too large to count."""
    hashes = {digest for pair in pairs for digest in pair if digest} - at_hand.keys()
    blobs = Blob.objects.filter(sha256__in=hashes, size__lte=LARGEST) if hashes else Blob.objects.none()
    sizes = dict(blobs.values_list("sha256", "size")) | {digest: len(text) for digest, text in at_hand.items()}
    found: set[Pair] = set()
    for pair in sorted(pairs, key=lambda pair: (pair[0] or "", pair[1] or "")):
        each = [sizes.get(digest, LARGEST + 1) for digest in pair if digest]
        if max(each, default=0) <= LARGEST and sum(each) <= most:
            found.add(pair)
            most -= sum(each)
    return found


def count_of_texts(before: str, after: str) -> LineCounts:
    """The counts of two texts; not kept."""
    counts = compare_texts(before, after, budget=Budget(rows=0)).counts
    return LineCounts(counts.lines_added, counts.lines_removed)
