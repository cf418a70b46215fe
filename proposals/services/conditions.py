"""What an acceptance depends on beside the changes, read in the round trip that locks the project.

Votes, comments and the policy are written under the project's lock, so that what is read behind it stays true.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.statements import Statement
from projects.writing import ProjectWrite
from proposals.approvals import vote_of
from proposals.models import Vote
from publishing.proposal_policy import ProposalPolicy

# A row for each vote, oldest first, or one without a vote; the policy and the count are the same in each.
_READ: Final = """
SELECT (SELECT proposals FROM publishing_policy WHERE project_id = %s),
    (SELECT count(*) FROM drafts_comment WHERE state = 'open'
        AND round_id IN (SELECT id FROM proposals_round WHERE proposal_id = %s)),
    vote.person_id, vote.verdict, vote.round_id, vote.number
FROM (SELECT 1) AS always LEFT JOIN (
    SELECT vote.id, vote.person_id, vote.verdict, vote.round_id, round.number, vote.created_at
    FROM proposals_vote AS vote JOIN proposals_round AS round ON round.id = vote.round_id WHERE round.proposal_id = %s
) AS vote ON true ORDER BY vote.number, vote.created_at, vote.id
"""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The project's policy, the newest vote of each person with the number of its round, and the open comments."""

    policy: ProposalPolicy
    votes: dict[UUID, Vote]
    open_comments: int


def conditions_query(*, project_id: UUID, proposal_id: UUID) -> Statement:
    """The query for the conditions of an acceptance, to run as the write's `extra_query`; see `conditions_of`."""
    return _READ, [project_id, proposal_id, proposal_id]


def conditions_of(write: ProjectWrite) -> Conditions:
    """The conditions that the write has read with `conditions_query`."""
    stored, comments = write.extra_rows[0][:2]
    votes = [vote_of(*row[2:]) for row in write.extra_rows if row[2] is not None]
    policy = ProposalPolicy(**json.loads(stored)) if stored else ProposalPolicy()
    return Conditions(policy, {vote.person_id: vote for vote in votes}, comments)
