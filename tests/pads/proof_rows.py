"""Rows of this stage in the world of `tests/proof`."""

from __future__ import annotations

from dataclasses import replace

from accounts.callers import Caller
from drafts.models import Draft
from kernel.crdt.edits import Edit
from locking.sessions import open_session
from proposals.services import accept_proposal, submit_proposal
from stages.pads.models import Pad
from stages.pads.ranges import Range
from stages.pads.services import (
    close_pad,
    create_pad,
    edit_pad,
    keep_snapshot,
    promote_pad,
    propose_pad,
    record_pad,
    renew_pad,
    reopen_pad,
    restore_pad,
    take_back_changes,
    update_pad,
)
from tests.publishing.reviews import Review, caller_of
from tests.writers import Writer


def make_rows(review: Review) -> None:
    """A pad that was renamed and reopened, one that is closed, and one from which versions were promoted, proposed."""
    editor = caller_of(review.people["editor"])
    pad = create_pad(caller=editor, project_id=review.project.id, name="Thoughts", target_field="prompt_text")
    update_pad(caller=editor, pad_id=pad.id, name="More thoughts", language="", target_field="")
    close_pad(caller=editor, pad_id=pad.id)
    reopen_pad(caller=editor, pad_id=pad.id)
    done = create_pad(caller=editor, project_id=review.project.id, name="Done", language="yaml")
    close_pad(caller=editor, pad_id=done.id)
    begun = create_pad(caller=editor, project_id=review.project.id, name="B", target_field="prompt_text", start="field")
    session = open_session(caller=editor, project_id=review.project.id, connected=False)
    caller = replace(editor, session_id=session.session_id)
    edit_pad(caller=caller, pad_id=begun.id, revision=1, edits=(Edit(0, 0, "Do this: "),))
    restore_pad(caller=editor, pad_id=begun.id, revision=1)
    take_back_changes(caller=editor, pad_id=begun.id, user_id=editor.user.id, after=2, until=3)
    renew_pad(pad_id=begun.id, epoch=1, why="size")
    record_pad(pad_id=begun.id)
    keep_snapshot(pad_id=begun.id)
    _promote(review, editor, begun)
    _propose(review, editor, begun)


def _promote(review: Review, editor: Caller, pad: Pad) -> None:
    """A version of a part of a pad, in a place of the field."""
    newest = Draft.objects.of_project(review.project.id).first()
    assert newest is not None
    writer = Writer(editor, review.project)
    promote_pad(
        caller=editor,
        pad_id=pad.id,
        revision=2,
        part=Range(0, 8),
        field="prompt_text",
        place=Range(0, 0),
        session_id=writer.session,
        token=writer.take().token,
        base_version=newest.version_number,
        release_locks=True,
    )


def _propose(review: Review, editor: Caller, pad: Pad) -> None:
    """A version of an accepted proposal that was made from a pad."""
    newest = Draft.objects.of_project(review.project.id).first()
    assert newest is not None
    proposal = propose_pad(
        caller=editor,
        pad_id=pad.id,
        revision=2,
        part=Range(0, 7),
        field="files/from-a-pad.md",
        place=None,
        base_version=newest.version_number,
    )
    submit_proposal(caller=editor, proposal_id=proposal.id)
    accept_proposal(caller=editor, proposal_id=proposal.id, round=1)
