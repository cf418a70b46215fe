"""The hash of a pad's log up to any revision."""

from __future__ import annotations

from typing import Final

from audit.models import Event
from stages.pads.log import first_hash, next_hash, read_credits, read_edits
from stages.pads.models import Pad, Revision

_AT_ONCE: Final = 500


def log_hash_at(pad: Pad, revision: int) -> bytes:
    """The hash up to a revision that exists, computed from the nearest one before that is known."""
    if revision == pad.head:
        return bytes(pad.log_hash)
    known, found = _known_before(pad, revision)
    rows = Revision.objects.filter(pad=pad.id, revision__gt=known, revision__lte=revision).order_by("revision")
    for row in rows.iterator(chunk_size=_AT_ONCE):
        found = hash_of(found, row)
    return found


def hash_of(before: bytes, row: Revision) -> bytes:
    """The hash up to a revision, from that of the one before it."""
    return next_hash(
        before,
        revision=row.revision,
        epoch=row.epoch,
        user=row.user_id,
        writer=row.writer,
        at=row.at,
        edits=read_edits(row.edits),
        update=bytes(row.update),
        credited=read_credits(row.credits),
    )


def _known_before(pad: Pad, revision: int) -> tuple[int, bytes]:
    """The newest revision up to this one whose hash is on the audit trail, with it."""
    if 0 < pad.recorded <= revision:
        return pad.recorded, bytes(pad.recorded_hash)
    events = Event.objects.of_project(pad.project_id).filter(
        action="pad.recorded", target_type="pad", target_id=str(pad.id)
    )
    for event in events.order_by("-seq").iterator(chunk_size=_AT_ONCE):
        if event.data["revision"] <= revision:
            return event.data["revision"], bytes.fromhex(event.data["log_hash"])
    return 0, first_hash(pad.id)
