"""Text that nobody here wrote: what a pad begins with, or brings along from another site. Its writer is number 0."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from accounts.models import User
from kernel.crdt.documents import Document
from kernel.crdt.edits import Edit, Edits
from kernel.statements import database_now
from projects.writing import ProjectWrite
from stages.pads.contributors import imported_from
from stages.pads.loading import load_document
from stages.pads.models import NO_WRITER, Pad, Writer
from stages.pads.services.storing import NewRevision, store_revisions
from stages.pads.services.trail import lock_pad, record_log


def begin_with(pad: Pad, text: str) -> None:
    """Let a new pad begin with a text, in the transaction that makes it. Raises `ValidationFailed`, such as for CR."""
    _append(pad, Document.new(NO_WRITER), (Edit(0, 0, text),))
    pad.refresh_from_db()


def append_imported(write: ProjectWrite, pad_id: UUID, edits: Edits, changed_by: Collection[UUID]) -> None:
    """Append a change to a pad that is being imported, in the transaction that makes it. Raises `ValidationFailed`.

    The text is nobody's here, but those who `changed_by` at the other site have written it: whoever of them has an
    account is named with the hash of the log, and contributes to what is promoted of it.
    """
    _append(Pad.objects.get(pk=pad_id), load_document(pad_id).document, edits)
    pad = lock_pad(pad_id)
    people = set(User.objects.filter(pk__in=changed_by).values_list("pk", flat=True))
    new = people - imported_from(pad, pad.head)
    if new and pad.head:
        facts = {"import": {"changed_by": sorted(map(str, new))}}
        record_log(write, pad, pad.head, bytes(pad.log_hash), facts)


def _append(pad: Pad, document: Document, edits: Edits) -> None:
    change = document.apply_edits(edits)
    if change.is_empty:
        return
    if not pad.head:
        Writer.objects.create(pad=pad, number=NO_WRITER)
    row = NewRevision(
        revision=pad.head + 1,
        epoch=pad.epoch,
        writer=NO_WRITER,
        user_id=None,
        edits=change.edits,
        update=change.update,
        length=document.length,
    )
    at, size = database_now(), document.text_bytes
    store_revisions(pad.id, [row], at=at, log_hash=bytes(pad.log_hash), size=size, people={})
