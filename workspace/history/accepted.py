"""The proposals that versions were accepted from, for all rows of a page at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from drafts.models import Draft, DraftKind
from drafts.proposal_words import proposal_page, written_by
from proposals.models import Proposal


@dataclass(frozen=True, slots=True)
class AcceptedFrom:
    """The proposal of a version: its name, its page, and who wrote it (`written by Ed, with an agent`)."""

    name: str
    href: str
    written: str


def accepted_from(drafts: Iterable[Draft | None]) -> dict[UUID, AcceptedFrom]:
    """The proposal of each version that accepted one, by the version's id. Two queries, none without such versions."""
    origins = {draft.id: draft.origin for draft in drafts if draft is not None and draft.kind == DraftKind.ACCEPT}
    known = {identity: origin for identity, origin in origins.items() if origin and origin["type"] == "proposal"}
    if not known:
        return {}
    proposals = {str(each.id): each for each in Proposal.objects.filter(id__in=[each["id"] for each in known.values()])}
    people = {each["id"] for origin in known.values() for each in origin["contributors"]}
    users = {str(user.id): user.person() for user in User.objects.filter(pk__in=people)}
    found = {}
    for identity, origin in known.items():
        proposal = proposals[origin["id"]]
        written = written_by([users[each["id"]] for each in origin["contributors"]])
        href = proposal_page(proposal.project_id, proposal.number or 0)
        found[identity] = AcceptedFrom(str(proposal), href, written)
    return found
