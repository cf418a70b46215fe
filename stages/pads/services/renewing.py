"""Renewing the Yjs document of a pad: another one with the same text begins, and everybody types their rest into it."""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import Final
from uuid import UUID

from accounts.callers import Caller, foundry_caller
from kernel.crdt.documents import Change, Document
from kernel.crdt.edits import Edit
from kernel.statements import database_now
from kernel.transactions import write_transaction
from stages.pads import events
from stages.pads.loading import LoadedDocument, PadText, new_client_id, read_text
from stages.pads.models import Revision
from stages.pads.services.writers import lock_for
from stages.pads.services.writing import pad_upkeep

# Bytes of a state from which on a document that is much larger than its text is renewed: once it is quiet, or at once.
LARGE: Final = 2**20
TOO_LARGE: Final = 4 * 2**20
TIMES_TEXT: Final = 8
# A client's word alone renews a document no more often.
_PAUSE: Final = timedelta(minutes=1)


def is_too_large(loaded: LoadedDocument, *, is_quiet: bool) -> bool:
    """Whether a document has more of its past than it should carry on."""
    document = loaded.document
    limit = LARGE if is_quiet else TOO_LARGE
    return document.size > limit and document.size > TIMES_TEXT * document.text_bytes


def renew_pad(*, pad_id: UUID, epoch: int, why: str) -> int | None:
    """Begin a new document with the text that the log has, unless the one of `epoch` is gone already.

    `why` is `text`, `checksum` or `size`. Answers the revision, None where nothing was done. Raises `PadClosed`.
    """
    with pad_upkeep(caller=foundry_caller(), pad_id=pad_id) as write:
        if write.batch.epoch != epoch:
            return None
        found = read_text(pad_id, write.batch.head)
        document = Document.new(new_client_id())
        document.apply_edits([Edit(0, 0, found.text)])
        change = Change((), document.state())
        facts = {"epoch": epoch + 1, "why": why}
        return write.add(change, event_type=events.PAD_RENEWED, facts=facts, renewed=document)


def report_difference(*, caller: Caller, pad_id: UUID, revision: int, crc: int) -> None:
    """A client of the newest revision has another text, and keeps having it: renew the document.

    Nothing is done where its text is right, is not the newest, or the document was renewed within a minute. Raises what
    writing in the pad does.
    """
    with write_transaction():
        access = lock_for(caller, pad_id)
        access.require_writing(caller)
        found = read_text(pad_id)
        pad = access.pad
        if found.revision != revision or _is_right(found, crc) or _is_new(pad_id, pad.epoch):
            return
    renew_pad(pad_id=pad_id, epoch=pad.epoch, why="checksum")


def _is_right(found: PadText, crc: int) -> bool:
    return zlib.crc32(found.text.encode()) == crc


def _is_new(pad_id: UUID, epoch: int) -> bool:
    since = database_now() - _PAUSE
    first = Revision.objects.filter(pad=pad_id, epoch=epoch).order_by("revision").values_list("at", flat=True).first()
    return epoch > 1 and first is not None and first > since
