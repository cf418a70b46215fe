"""Keeping snapshots of pads: a cache of the log, each verified by reading it back."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Final
from uuid import UUID

from kernel.crdt.documents import Document
from kernel.statements import run
from kernel.transactions import unavailable_on_timeout, write_transaction
from stages.pads.documents import DOCUMENTS
from stages.pads.loading import SNAPSHOT_EVERY, LoadedDocument, PadText, read_text
from stages.pads.models import Snapshot
from stages.pads.sizes import MAX_BYTES

logger = logging.getLogger(__name__)

# With the bytes of the log since the snapshot before.
_SNAPSHOTS: Final = """
SELECT revision, (
    SELECT coalesce(sum(octet_length(edits)), 0) FROM pads_revision AS logged
    WHERE logged.pad_id = snapshot.pad_id AND logged.revision > before AND logged.revision <= snapshot.revision)
FROM (SELECT pad_id, revision, coalesce(lag(revision) OVER (ORDER BY revision), 0) AS before FROM pads_snapshot
    WHERE pad_id = %s) AS snapshot ORDER BY revision
"""


def keep_snapshot(*, pad_id: UUID, every: int = 1) -> bool:
    """Keep the newest text of a pad with its authors and its document, unless a snapshot is less than `every` older.

    It is kept also where so much was written since that one is due.

    False where document and log have two texts; then the document has to be renewed. Raises `Unavailable`.
    """
    with unavailable_on_timeout(), DOCUMENTS.using(pad_id) as cached:
        loaded = cached.newest(pad_id)
        last = Snapshot.objects.filter(pad=pad_id).order_by("-revision").values_list("revision", flat=True).first() or 0
        cached.loaded = loaded = replace(loaded, snapshot=last, since=loaded.since if last < loaded.revision else 0)
        if loaded.revision - last < every and not loaded.is_snapshot_due:
            return True
        found = read_text(pad_id, loaded.revision)
        state = loaded.document.state()
        if not _agree(loaded, found, state):
            logger.error("The document of pad %s has another text than its log at %d", pad_id, loaded.revision)
            return False
        _store(pad_id, found, state)
        cached.loaded = replace(loaded, snapshot=loaded.revision, since=0)
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
    rows = run((_SNAPSHOTS, [pad_id]))
    newest = rows[-1][0]
    kept = size = 0
    removed = []
    for number, added in rows[:-1]:
        size += added
        if number - kept < SNAPSHOT_EVERY and size < MAX_BYTES:
            removed.append(number)
        else:
            kept, size = number, 0
    Snapshot.objects.filter(pad=pad_id, revision__in=removed).delete()
    Snapshot.objects.filter(pad=pad_id, revision__lt=newest).exclude(state=b"").update(state=b"")
