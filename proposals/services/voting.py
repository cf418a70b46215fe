"""Voting on the newest round of a proposal."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller
from drafts.fingerprints import fingerprint
from kernel.errors import ValidationFailed
from kernel.names import check_remark
from projects.writing import project_write
from proposals.events import VOTED
from proposals.locked_rows import lock_with_round
from proposals.models import MAX_COMMENT, Verdict, Vote
from proposals.services.facts import facts_of, notify_people, refuse_late, require_open, target_of
from proposals.visibility import project_of, require_person


def vote_on_proposal(*, caller: Caller, proposal_id: UUID, round: int, verdict: str, comment: str = "") -> Vote:  # noqa: A002 (the protocol's word)
    """Approve the newest round, or object to it with words. A person may vote again: their newest vote counts.

    A contributor may vote too; their approval does not count unless the policy says so. Raises `NotFound`,
    `PermissionDenied` for agents and small roles, `ProjectFrozen`, `ValidationFailed`, `StaleProposal` for another
    round, `Conflict` after the end.
    """
    project_id = project_of(user=caller.user, proposal_id=proposal_id)
    parameters = {"proposal": str(proposal_id), "round": round, "vote": fingerprint([verdict, comment])}
    with project_write(caller=caller, project_id=project_id, action="proposal.vote", parameters=parameters) as write:
        if write.repeat_of is not None:
            vote = Vote.objects.select_related("round", "person").get(pk=write.repeat_of.data["vote_id"])
            vote.repeated = True
            return vote
        require_person(caller)
        if verdict not in Verdict.values:
            raise ValidationFailed(
                {"verdict": [_("Must be one of {values}.").format(values=", ".join(Verdict.values))]}
            )
        comment = check_remark(comment, name="comment", maximum=MAX_COMMENT, required=verdict == Verdict.OBJECT)
        proposal, found = lock_with_round(proposal_id)
        newest = require_open(proposal, found, round)
        vote = Vote(
            id=uuid7(), project=write.project, round=newest, person=caller.user, verdict=verdict, comment=comment
        )
        data = {**facts_of(proposal, newest), "vote_id": str(vote.id), "verdict": verdict}
        # Shown with the event to auditors only, as a reason is.
        event = write.record("proposal.voted", target_of(proposal), data, reason=comment or None)
        refuse_late(proposal, event)
        vote.created_at = event.at
        vote.save(force_insert=True)
        notify_people(write, VOTED, newest.authors, proposal, event, verdict=verdict)
        return vote
