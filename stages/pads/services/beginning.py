"""The text that a pad begins with: its first revision, of writer 0, who is nobody."""

from __future__ import annotations

from kernel.crdt.documents import Document
from kernel.crdt.edits import Edit
from stages.pads.models import NO_WRITER, Pad, Writer
from stages.pads.services.storing import NewRevision, store_revisions


def begin_with(pad: Pad, text: str) -> None:
    """Let a new pad begin with a text, in the transaction that makes it. Raises `ValidationFailed`, such as for CR."""
    document = Document.new(NO_WRITER)
    change = document.apply_edits([Edit(0, 0, text)])
    Writer.objects.create(pad=pad, number=NO_WRITER)
    row = NewRevision(
        revision=1,
        epoch=pad.epoch,
        writer=NO_WRITER,
        user_id=None,
        edits=change.edits,
        update=change.update,
        length=document.length,
    )
    at, size = pad.created_at, document.text_bytes
    store_revisions(pad.id, [row], at=at, log_hash=bytes(pad.log_hash), size=size, people={})
    pad.refresh_from_db()
