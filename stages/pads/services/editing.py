"""Editing a pad by position: what OT clients send."""

from __future__ import annotations

from uuid import UUID

from accounts.callers import Caller
from kernel.crdt.edits import Edits
from stages.pads.models import Writer
from stages.pads.services.appending import append_revision
from stages.pads.services.tidying import tidy_if_due
from stages.pads.services.writers import open_writer
from stages.pads.submissions import Accepted, EditsSubmission


def edit_pad(*, caller: Caller, pad_id: UUID, revision: int, edits: Edits) -> Accepted:
    """Apply a change of the text at `revision` in the caller's session, which opens the pad where it has not yet.

    Raises what `append_revisions` and `open_writer` do.
    """
    if not Writer.objects.filter(pad=pad_id, session=caller.session_id, user=caller.user).exists():
        open_writer(caller=caller, pad_id=pad_id)
    submission = EditsSubmission(caller=caller, revision=revision, edits=edits, client_ref=caller.client_ref)
    accepted = append_revision(pad_id=pad_id, submission=submission)
    tidy_if_due(pad_id=pad_id)
    return accepted
