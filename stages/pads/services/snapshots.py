"""Keeping snapshots of pads: a cache of the log, each verified by reading it back."""

from __future__ import annotations

import logging
from dataclasses import replace
from uuid import UUID

from kernel.crdt.documents import Document
from kernel.transactions import unavailable_on_timeout, write_transaction
from stages.pads.documents import DOCUMENTS
from stages.pads.loading import SNAPSHOT_EVERY, LoadedDocument, PadText, read_text
from stages.pads.models import Snapshot

logger = logging.getLogger(__name__)


def keep_snapshot(*, pad_id: UUID, every: int = 1) -> bool:
    """Keep the newest text of a pad with its authors and its document, unless a snapshot is less than `every` older.

    False where document and log have two texts; then the document has to be renewed. Raises `Unavailable`.
    """
    with unavailable_on_timeout(), DOCUMENTS.using(pad_id) as cached:
        loaded = cached.newest(pad_id)
        last = Snapshot.objects.filter(pad=pad_id).order_by("-revision").values_list("revision", flat=True).first() or 0
        cached.loaded = replace(loaded, snapshot=last)
        if loaded.revision - last < every:
            return True
        found = read_text(pad_id, loaded.revision)
        state = loaded.document.state()
        if not _agree(loaded, found, state):
            logger.error("The document of pad %s has another text than its log at %d", pad_id, loaded.revision)
            return False
        _store(pad_id, found, state)
        cached.loaded = replace(loaded, snapshot=loaded.revision)
    return True


def tidy_snapshots() -> None:
    """Remove snapshots that are close to an older one, and the documents of all but the newest of each pad."""
    doubled = Snapshot.objects.exclude(state=b"").values_list("pad_id", flat=True).order_by("pad_id")
    for pad_id in doubled.distinct():
        with write_transaction():
            _tidy(pad_id)


def _agree(loaded: LoadedDocument, found: PadText, state: bytes) -> bool:
    text = loaded.document.text
    return found.text == text and Document.load(state, client_id=loaded.document.client_id).text == text


def _store(pad_id: UUID, found: PadText, state: bytes) -> None:
    """Another node may have stored the same."""
    row = Snapshot(
        pad_id=pad_id,
        revision=found.revision,
        epoch=found.epoch,
        state=state,
        text=found.text,
        authors=found.authors.dumps(),
    )
    with write_transaction():
        Snapshot.objects.bulk_create([row], ignore_conflicts=True)


def _tidy(pad_id: UUID) -> None:
    numbers = list(Snapshot.objects.filter(pad=pad_id).order_by("revision").values_list("revision", flat=True))
    older, newest = numbers[:-1], numbers[-1]
    kept = 0
    removed = []
    for number in older:
        if number - kept < SNAPSHOT_EVERY:
            removed.append(number)
        else:
            kept = number
    Snapshot.objects.filter(pad=pad_id, revision__in=removed).delete()
    Snapshot.objects.filter(pad=pad_id, revision__lt=newest).exclude(state=b"").update(state=b"")
