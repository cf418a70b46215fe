"""How many lines each version added and removed, for lists. Texts never change, so what was counted once is kept."""

from __future__ import annotations

from collections.abc import Sequence
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
    counted = _count({pair for each in pairs.values() for pair in each})
    return {
        number: LineCounts(sum(counted[pair].added for pair in each), sum(counted[pair].removed for pair in each))
        for number, each in pairs.items()
        if all(pair in counted for pair in each)
    }


def _pairs(before: Draft | None, after: Draft) -> list[Pair]:
    return [(before.sha256_of(name) if before else None, after.sha256_of(name)) for name in after.changed_fields]


def _count(pairs: set[Pair]) -> dict[Pair, LineCounts]:
    keys = {f"lines:{before or ''}:{after or ''}": (before, after) for before, after in pairs}
    kept = cache.get_many(list(keys))
    found = {keys[key]: LineCounts(*value) for key, value in kept.items()}
    unknown = pairs - found.keys()
    if not unknown:
        return found
    hashes = {digest for pair in unknown for digest in pair if digest}
    texts = {blob.sha256: blob.text for blob in Blob.objects.filter(sha256__in=hashes, size__lte=LARGEST)}
    fresh = {
        (before, after): _compare(texts[before] if before else "", texts[after] if after else "")
        for before, after in unknown
        if (not before or before in texts) and (not after or after in texts)
    }
    cache.set_many(
        {f"lines:{pair[0] or ''}:{pair[1] or ''}": (counts.added, counts.removed) for pair, counts in fresh.items()},
        KEPT_SECONDS,
    )
    return found | fresh


def _compare(before: str, after: str) -> LineCounts:
    counts = compare_texts(before, after, budget=Budget(rows=0)).counts
    return LineCounts(counts.lines_added, counts.lines_removed)
