"""What of pads became versions, as the list of pads and the page of one show it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import User
from drafts.models import Draft
from proposals.models import Proposal
from stages.pads.promoted import ORIGIN


@dataclass(frozen=True, slots=True)
class MadeVersion:
    """A version with text of a pad; `revision` is where that was taken, `number` that of the proposal between."""

    pad_id: UUID
    version: int
    field: str
    at: datetime
    author: User
    message: str
    revision: int
    number: int | None


def last_promotions(project_id: UUID, pad_ids: Collection[UUID]) -> Mapping[UUID, MadeVersion]:
    """The newest version with text of each pad; those that were never promoted are missing."""
    return {each.pad_id: each for each in reversed(versions_of(project_id, pad_ids))}


def versions_of(project_id: UUID, pad_ids: Collection[UUID]) -> list[MadeVersion]:
    """The versions that were promoted from some pads, or accepted from a proposal of one, newest first. Two queries."""
    ids = {str(pad_id) for pad_id in pad_ids}
    drafts = (
        Draft.objects.of_project(project_id).select_related("author").filter(origin__type=ORIGIN, origin__id__in=ids)
    )
    found = [_promoted(draft) for draft in drafts.defer("files")]
    proposals = Proposal.objects.filter(project=project_id, origin_type=ORIGIN, draft__isnull=False)
    for proposal in proposals.select_related("draft__author").order_by():
        pad_id, revision, _part = proposal.origin_id.split(":")
        if pad_id in ids and proposal.draft is not None:
            found.append(_accepted(proposal, proposal.draft, UUID(pad_id), int(revision)))
    return sorted(found, key=lambda each: -each.version)


def _promoted(draft: Draft) -> MadeVersion:
    origin = draft.origin or {}
    return _version(draft, UUID(origin["id"]), origin["revision"], None)


def _accepted(proposal: Proposal, draft: Draft, pad_id: UUID, revision: int) -> MadeVersion:
    return _version(draft, pad_id, revision, proposal.number)


def _version(draft: Draft, pad_id: UUID, revision: int, number: int | None) -> MadeVersion:
    return MadeVersion(
        pad_id=pad_id,
        version=draft.version_number,
        field=draft.changed_fields[0] if draft.changed_fields else "",
        at=draft.created_at,
        author=draft.author,
        message=draft.message,
        revision=revision,
        number=number,
    )
