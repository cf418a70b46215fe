"""Bringing an earlier text back, or taking one person's changes out; with their authors."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from audit.event_types import EventType
from kernel.errors import Conflict, ValidationFailed
from stages.pads import events
from stages.pads.loading import read_text, revisions_after
from stages.pads.log import read_credits, read_edits
from stages.pads.reverting import LoggedChange, Reversion, restore, take_back
from stages.pads.services.writing import PadWrite, pad_write
from stages.pads.submissions import Accepted

# Revisions that are carried back at once, up to the newest one.
MAX_REVISIONS: Final = 10_000
# They are read by so many, since each can have a text of 1 MiB.
_AT_ONCE: Final = 100


def restore_pad(*, caller: Caller, pad_id: UUID, revision: int) -> Accepted:
    """Make the text say what it said at a revision, by the same authors: a new revision, and all others stay.

    Raises `ValidationFailed` for a revision that does not exist, `Conflict` where the text says that already.
    """
    with pad_write(caller=caller, pad_id=pad_id, parameters={"restore": revision}) as write:
        if isinstance(write, int):
            return Accepted(write)
        _check(write, revision=revision)
        now, then = read_text(pad_id, write.batch.head), read_text(pad_id, revision)
        found = restore(now.text, now.authors.runs, then.text, then.authors.runs)
        return _revert(write, found, event_type=events.PAD_RESTORED, facts={"restored": revision})


def take_back_changes(*, caller: Caller, pad_id: UUID, user_id: UUID, after: int, until: int) -> Accepted:
    """Take out what one person did in the revisions after `after`, up to `until`; what others wrote stays.

    What they deleted comes back with its authors. Raises `ValidationFailed` for revisions that do not exist or are too
    many, `Conflict` where nothing of it is left.
    """
    parameters = {"user": str(user_id), "after": after, "until": until}
    with pad_write(caller=caller, pad_id=pad_id, parameters=parameters) as write:
        if isinstance(write, int):
            return Accepted(write)
        _check(write, after=after, until=until)
        if write.batch.head - after > MAX_REVISIONS:
            words = _("At most {most} revisions, up to the newest one, can be taken back at once.")
            raise ValidationFailed({"after": [words.format(most=MAX_REVISIONS)]})
        before = read_text(pad_id, after)
        revisions = (
            LoggedChange(row.revision, row.user_id, row.writer, read_edits(row.edits), read_credits(row.credits))
            for row in revisions_after(pad_id, after).iterator(chunk_size=_AT_ONCE)
        )
        found = take_back(revisions, user_id, after, until, text=before.text, runs=before.authors.runs)
        facts = {"user_id": str(user_id), "after": after, "until": until}
        return _revert(write, found, event_type=events.PAD_TAKEN_BACK, facts=facts)


def _revert(write: PadWrite, found: Reversion, *, event_type: EventType, facts: dict[str, Any]) -> Accepted:
    change = write.apply(found.edits)
    if change.is_empty:
        raise Conflict(_("There is nothing to change: the text says this already."), revision=write.batch.head)
    credited = found.credits or None
    return Accepted(write.add(change, event_type=event_type, facts=facts, credited=credited))


def _check(write: PadWrite, **revisions: int) -> None:
    """Raise `ValidationFailed` by name for a revision that does not exist, and for those that are not in order."""
    last = 0
    for name, revision in revisions.items():
        if not last <= revision <= write.batch.head:
            words = _("Give a revision from {first} to {head}.").format(first=last, head=write.batch.head)
            raise ValidationFailed({name: [words]})
        last = revision
