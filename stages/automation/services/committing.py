"""What a person does with the changes that an execution has proposed to them alone: commit, share, discard."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from kernel.errors import Conflict, NotFound
from projects.writing import upkeep_write
from proposals.models import MAX_DESCRIPTION, Change, Proposal
from proposals.services import accept_proposal, discard_proposal, edit_proposal, submit_proposal, unstage_change
from stages.automation.models import Execution
from stages.automation.reading.scripts import log_of


def commit_execution(*, caller: Caller, execution_id: UUID, without: Collection[str] = ()) -> Proposal:
    """Accept what an execution has proposed, but for the targets in `without`: all of it, or nothing happens.

    Raises as `accept_proposal`, `Conflict` where nothing is left.
    """
    proposal = proposal_of(caller, execution_id)
    # The project's row before that of the proposal, as every write takes them.
    with upkeep_write(caller=caller, project_id=proposal.project_id):
        staged = {f"{each.kind}:{each.target}" for each in Change.objects.filter(proposal=proposal)}
        left_out = staged & set(without)
        if staged and left_out == staged:
            raise Conflict(_("Pick what is to be committed, or discard all of it."))
        for target in sorted(left_out):
            unstage_change(caller=caller, proposal_id=proposal.id, target=target)
        return accept_proposal(caller=caller, proposal_id=proposal.id, round=1, message=proposal.title)


def share_execution(*, caller: Caller, execution_id: UUID) -> Proposal:
    """Open what an execution has proposed, for others to review, with the reasons of the script as its description.

    Raises as `submit_proposal`.
    """
    proposal = proposal_of(caller, execution_id)
    reasons = "" if proposal.description else reasons_of(execution_id)
    with upkeep_write(caller=caller, project_id=proposal.project_id):
        if reasons:
            edit_proposal(caller=caller, proposal_id=proposal.id, description=reasons)
        return submit_proposal(caller=caller, proposal_id=proposal.id)


def reasons_of(execution_id: UUID) -> str:
    """Why an execution changes what it changes: each reason once, as many as a description holds."""
    whys = log_of(Execution.objects.get(pk=execution_id)).whys
    found = ""
    for why in dict.fromkeys(whys.values()):
        if len(found) + len(why) + 1 > MAX_DESCRIPTION:
            break
        found += f"{why}\n"
    return found.strip()


def discard_execution(*, caller: Caller, execution_id: UUID) -> None:
    """Delete what an execution has proposed to the caller. Raises as `discard_proposal`."""
    discard_proposal(caller=caller, proposal_id=proposal_of(caller, execution_id).id)


def proposal_of(caller: Caller, execution_id: UUID) -> Proposal:
    """The caller's own proposal that an execution has made. Raises `NotFound`, also where it is gone."""
    wanted = Execution.objects.filter(pk=execution_id, proposal__isnull=False).values("proposal_id")
    found = Proposal.objects.of(caller.user).filter(pk__in=wanted).first()
    if found is None:
        raise NotFound(_("There are no changes of it that wait for you."))
    return found
