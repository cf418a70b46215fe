"""What is done for a pad from time to time: a snapshot, bursts for its history, a new document where one is needed."""

from __future__ import annotations

from uuid import UUID

from stages.pads.documents import DOCUMENTS
from stages.pads.loading import SNAPSHOT_EVERY
from stages.pads.models import Pad
from stages.pads.services.bursts import keep_bursts
from stages.pads.services.renewing import is_too_large, renew_pad
from stages.pads.services.snapshots import keep_snapshot


def tidy_document(*, pad_id: UUID, every: int = 1, is_quiet: bool = False) -> None:
    """Keep a snapshot, unless one is less than `every` revisions older, and what has ended for the history; renew a
    document that needs it.

    It does where it has another text than the log, or carries too much of its past; a closed pad is left as it is.
    """
    is_right = keep_snapshot(pad_id=pad_id, every=every)
    keep_bursts(pad_id=pad_id)
    with DOCUMENTS.using(pad_id) as cached:
        loaded = cached.load(pad_id)
    if Pad.objects.filter(pk=pad_id, closed_at__isnull=False).exists():
        return
    if not is_right:
        renew_pad(pad_id=pad_id, epoch=loaded.epoch, why="text")
    elif is_too_large(loaded, is_quiet=is_quiet):
        renew_pad(pad_id=pad_id, epoch=loaded.epoch, why="size")


def is_tidying_due(pad_id: UUID) -> bool:
    """Whether so much was written since the newest snapshot that is known here; never waits."""
    return DOCUMENTS.is_snapshot_due(pad_id)


def tidy_if_due(*, pad_id: UUID) -> None:
    """The same once enough was written since the newest snapshot; called after an append."""
    if is_tidying_due(pad_id):
        tidy_document(pad_id=pad_id, every=SNAPSHOT_EVERY)
