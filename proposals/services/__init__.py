"""Everything that writes proposals: staging, drift, rounds, votes, and their end."""

from proposals.services.accepting import accept_proposal
from proposals.services.commenting import comment_on_proposal
from proposals.services.creating import copy_changes, create_proposal, discard_proposal
from proposals.services.editing import edit_proposal
from proposals.services.ending import expire_proposals, reject_proposal, withdraw_proposal
from proposals.services.proposing import propose
from proposals.services.resolving import resolve_drift
from proposals.services.staging import stage_changes, unstage_change
from proposals.services.submitting import submit_proposal
from proposals.services.voting import vote_on_proposal

__all__ = [
    "accept_proposal",
    "comment_on_proposal",
    "copy_changes",
    "create_proposal",
    "discard_proposal",
    "edit_proposal",
    "expire_proposals",
    "propose",
    "reject_proposal",
    "resolve_drift",
    "stage_changes",
    "submit_proposal",
    "unstage_change",
    "vote_on_proposal",
    "withdraw_proposal",
]
