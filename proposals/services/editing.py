"""The title and description of a proposal."""

from __future__ import annotations

from uuid import UUID

from accounts.callers import Caller
from blobs.models import sha256_of
from drafts.fingerprints import fingerprint
from kernel.names import check_name, check_remark
from kernel.transactions import write_transaction
from projects.writing import project_write
from proposals.locked_rows import lock_proposal
from proposals.models import MAX_DESCRIPTION, MAX_TITLE, Proposal
from proposals.services.facts import facts_of, load_proposal, newest_round, target_of
from proposals.services.submitting import proposal_facts
from proposals.visibility import own_proposal, refuse_ended


def edit_proposal(
    *, caller: Caller, proposal_id: UUID, title: str | None = None, description: str | None = None
) -> Proposal:
    """Change the title or description of a proposal of the caller's own; None leaves it as it is.

    A private one only changes its row; of an open one it is recorded. Neither touches its approvals. Raises `NotFound`,
    `PermissionDenied`, `ProjectFrozen`, `ValidationFailed`, `Conflict` after the end.
    """
    proposal = own_proposal(caller=caller, proposal_id=proposal_id, action="proposal.stage")
    if proposal.is_private:
        with write_transaction():
            proposal = lock_proposal(proposal_id)
            if proposal.is_private:
                _write(proposal, title, description)
    if not proposal.is_private:
        _edit_recorded(caller, proposal, title, description)
    return load_proposal(proposal_id)


def _edit_recorded(caller: Caller, proposal: Proposal, title: str | None, description: str | None) -> None:
    parameters = {"proposal": str(proposal.id), "edit": fingerprint([title, description])}
    with project_write(
        caller=caller, project_id=proposal.project_id, action="proposal.stage", parameters=parameters
    ) as write:
        if write.repeat_of is not None:
            return
        proposal = lock_proposal(proposal.id)
        refuse_ended(proposal)
        newest = newest_round(proposal)
        assert newest is not None
        before = {"title": proposal.title, "description_sha256": sha256_of(proposal.description.encode())}
        if _write(proposal, title, description):
            data = {**facts_of(proposal, newest), **proposal_facts(proposal), "before": before}
            write.record("proposal.edited", target_of(proposal), data)


def _write(proposal: Proposal, title: str | None, description: str | None) -> bool:
    """Store the new words; whether they differ."""
    before = (proposal.title, proposal.description)
    if title is not None:
        proposal.title = check_name(title, name="title", maximum=MAX_TITLE)
    if description is not None:
        proposal.description = check_remark(description, name="description", maximum=MAX_DESCRIPTION, required=False)
    proposal.save(update_fields=["title", "description"])
    return before != (proposal.title, proposal.description)
