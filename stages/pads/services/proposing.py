"""Proposing a part of a pad for a field that somebody else holds, or by somebody who may not save."""

from __future__ import annotations

from uuid import UUID

from accounts.callers import Caller
from drafts.new_versions import NewVersion
from projects.access import get_project
from proposals.models import MAX_TITLE, Proposal
from proposals.services.proposing import propose
from stages.pads.hashes import log_hash_at
from stages.pads.promoted import ORIGIN, Proposed
from stages.pads.promotion import read_promotion
from stages.pads.ranges import Range
from stages.pads.reading import visible_pad
from stages.pads.services.trail import lock_pad, record_log


def propose_pad(
    *,
    caller: Caller,
    pad_id: UUID,
    revision: int,
    part: Range | None,
    field: str,
    place: Range | None,
    base_version: int,
    title: str = "",
) -> Proposal:
    """Make a private proposal of the caller that changes a field as `promote_pad` would; called as the pad by default.

    Everybody who changed the pad is a contributor of it. There is one for a revision and part until it ends. Raises
    as `create_proposal` does, `ValidationFailed` for a revision, part or place that there is not, and `Conflict` where
    the field says this already.
    """
    pad = visible_pad(user=caller.user, pad_id=pad_id)
    get_project(user=caller.user, project_id=pad.project_id, action="proposal.stage")
    promotion = read_promotion(pad, revision=revision, part=part, field=field, place=place, base_version=base_version)
    promotion.require_change()
    return propose(
        caller=caller,
        project_id=pad.project_id,
        origin=Proposed(pad.id, revision, part).as_origin(),
        title=title or pad.name[:MAX_TITLE],
        changes=promotion.changes,
        base_version=base_version,
        contributors=[each.as_data() for each in promotion.contributors if each.user is not None],
    )


def follow_acceptance(version: NewVersion) -> None:
    """Put the hash of a pad's log on the audit trail with the version of an accepted proposal that was made from it."""
    proposals = Proposal.objects.filter(pk=(version.draft.origin or {})["id"], origin_type=ORIGIN)
    origin_id = proposals.values_list("origin_id", flat=True).first()
    if origin_id is None or (proposed := Proposed.of(origin_id)) is None:
        return
    pad = lock_pad(proposed.pad_id)
    if proposed.revision > pad.recorded:
        record_log(version.write, pad, proposed.revision, log_hash_at(pad, proposed.revision))
