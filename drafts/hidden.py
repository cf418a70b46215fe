"""Count the invisible characters in a version's texts, to warn those who submit and sign it."""

from __future__ import annotations

from typing import Final

from blobs.models import Blob
from drafts.memory import Memory
from drafts.models import Draft
from kernel.invisible import count_hidden

REMEMBERED: Final = 20_000

_memory: Memory[str, int] = Memory(REMEMBERED)


def hidden_characters(draft: Draft) -> dict[str, int]:
    """The fields with invisible, reordering or control characters, and how many; every text is looked through once."""
    hashes = {name: content.sha256 for name, content in draft.fields.items()}
    known = _memory.recall(set(hashes.values()))
    unknown = set(hashes.values()) - known.keys()
    if unknown:
        # One text after the other: a version may hold hundreds of large ones.
        blobs = Blob.objects.filter(sha256__in=unknown).iterator(chunk_size=8)
        fresh = {blob.sha256: count_hidden(blob.text) for blob in blobs}
        _memory.keep(fresh)
        known |= fresh
    return {name: known[digest] for name, digest in hashes.items() if known.get(digest)}
