"""The hash of a pad's log at any of its revisions."""

from __future__ import annotations

from typing import Final

from audit.models import Event
from stages.pads import events
from stages.pads.log import first_hash, next_hash, read_edits
from stages.pads.models import Pad, Revision

# The audit trail has a hash at least after so many revisions (`services.recording`), and a few that came meanwhile.
MAX_FOLDED: Final = 20_000


def log_hash_at(pad: Pad, revision: int) -> str | None:
    """The hash at a revision in hex, from the nearest one that the audit trail has before it.

    None where that is more than `MAX_FOLDED` revisions away. Three queries.
    """
    if revision == pad.head:
        return bytes(pad.log_hash).hex()
    at = Revision.objects.filter(pad=pad.id, revision=revision).values_list("at", flat=True).first()
    recorded = Event.objects.of_project(pad.project_id).filter(
        action=events.PAD_RECORDED.name, target_type="pad", target_id=str(pad.id), at__lte=at
    )
    nearest = recorded.order_by("-seq").first() if at else None
    after = nearest.data["revision"] if nearest else 0
    found = bytes.fromhex(nearest.data["log_hash"]) if nearest else first_hash(pad.id)
    if revision - after > MAX_FOLDED:
        return None
    rows = Revision.objects.filter(pad=pad.id, revision__gt=after, revision__lte=revision).order_by("revision")
    for row in rows.iterator():
        found = next_hash(
            found,
            revision=row.revision,
            epoch=row.epoch,
            user=row.user_id,
            writer=row.writer,
            at=row.at,
            edits=read_edits(row.edits),
            update=bytes(row.update),
            credited=row.credits,
        )
    return found.hex()
