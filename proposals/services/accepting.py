"""Accepting a round: one transaction, one version, one run of events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from drafts.fingerprints import fingerprint
from drafts.models import MAX_MESSAGE, Draft
from kernel.errors import ApprovalsMissing, Conflict, Drifted, PermissionDenied, ProjectFrozen
from kernel.names import check_reason, check_remark
from projects.models import Status
from projects.permissions import may
from projects.writing import ProjectWrite, project_write
from proposals.approvals import Progress, newest_votes, progress_of
from proposals.drift import contents_now, hash_of, items_of_round
from proposals.endings import end
from proposals.events import ACCEPTED
from proposals.kinds import KINDS, Acceptance, Accepted, Key
from proposals.models import Proposal, ProposalState, Round
from proposals.services.facts import facts_of, load_proposal, notify_people, people_facts, require_open, target_of
from proposals.services.submitting import submit
from proposals.visibility import lock_proposal, require_person, visible_proposal
from publishing.proposal_policy import ProposalPolicy, proposal_policy_of


def accept_proposal(
    *,
    caller: Caller,
    proposal_id: UUID,
    round: int,  # noqa: A002 (the protocol's word)
    message: str = "",
    reason: str = "",
) -> Proposal:
    """Accept the newest round of a proposal: everything it changes becomes current, in one version.

    A private proposal of the caller's own is opened first, as its round 1. Who is no contributor approves by accepting.
    An owner may accept against objections, for a `reason`. Raises, in this order: `NotFound`, `ClientRefReused`,
    `PermissionDenied`, `ProjectFrozen`, `ValidationFailed`, `Conflict` after the end, `StaleProposal`,
    `ApprovalsMissing`, `Drifted` with three hashes for each target, `Conflict` where everything holds already,
    `LockHeld` while somebody else edits a field that changes.
    """
    project_id = visible_proposal(user=caller.user, proposal_id=proposal_id)[0].project_id
    parameters = {"proposal": str(proposal_id), "round": round, "accept": fingerprint([message, reason])}
    with project_write(caller=caller, project_id=project_id, action="proposal.accept", parameters=parameters) as write:
        if write.repeat_of is not None:
            repeated = load_proposal(proposal_id)
            repeated.repeated = True
            return repeated
        require_person(caller)
        message = check_remark(message, name="message", maximum=MAX_MESSAGE, required=False)
        reason = check_reason(reason) if reason else ""
        proposal = lock_proposal(proposal_id)
        if proposal.is_private:
            submit(write, proposal)
        newest = require_open(proposal, round)
        _check_statuses(newest, Status(write.project.status))
        policy = proposal_policy_of(project_id)
        progress = progress_of(proposal, newest, policy, accepter=caller.user.id)
        _check_approvals(write, progress, reason)
        _accept(write, proposal, newest, policy, progress, message=message, reason=reason)
    return load_proposal(proposal_id)


def _check_statuses(round_: Round, status: Status) -> None:
    for item in items_of_round(round_):
        if status not in KINDS[item.key.kind].statuses:
            words = _("This is not possible while the project is {status}.").format(status=status.label.lower())
            raise ProjectFrozen(words, project_status=status.value)


def _check_approvals(write: ProjectWrite, progress: Progress, reason: str) -> None:
    if progress.missing:
        words = _("It needs {missing} more approvals.") if progress.missing > 1 else _("It needs one more approval.")
        raise ApprovalsMissing(words.format(missing=progress.missing), missing=progress.missing, objections=[])
    objecting = people_facts(progress.counted.objections)
    if not objecting:
        return
    is_owner = may("proposal.override_objection", role=write.role)
    if reason and not is_owner:
        raise PermissionDenied(_("Only an owner accepts against an objection."))
    if not is_owner:
        names = ", ".join(each["display_name"] for each in objecting)
        raise ApprovalsMissing(_("{names} objects.").format(names=names), missing=0, objections=objecting)
    check_reason(reason)


def _accept(
    write: ProjectWrite,
    proposal: Proposal,
    round_: Round,
    policy: ProposalPolicy,
    progress: Progress,
    *,
    message: str,
    reason: str,
) -> None:
    changes = _undrifted(write, round_)
    data = {
        **facts_of(proposal, round_),
        "changes": {
            str(key): {"before": hash_of(change.before), "after": hash_of(change.after)}
            for key, change in sorted(changes.items())
        },
        "contributors": round_.contributors,
        "policy": policy.data(),
        "approvals": people_facts(progress.counted.approvals),
        "overridden": people_facts(progress.counted.objections),
    }
    event = write.record("proposal.accepted", target_of(proposal), data, reason=reason or None)
    origin = {"id": str(proposal.id), "contributors": round_.contributors}
    draft = _apply(write, Acceptance(round_, message or proposal.title, origin), changes)
    end(write, proposal, event, state=ProposalState.ACCEPTED.value, reason=reason, draft=draft)
    people = {*round_.authors, *newest_votes(proposal)}
    notify_people(write, ACCEPTED, people, proposal, event, version=draft.version_number if draft else None)


def _undrifted(write: ProjectWrite, round_: Round) -> dict[Key, Accepted]:
    """The changes that are still to be made. Raises `Drifted`, and `Conflict` where there is none."""
    items = items_of_round(round_)
    if len(items) < len(round_.changes):
        raise Conflict(_("It changes something of a kind that is not installed here."))
    now = contents_now(write.project.id, [item.key for item in items])
    moved = [item for item in items if item.has_moved(now[item.key])]
    if moved:
        first = moved[0].key
        raise Drifted(
            _("{target} has changed since this was proposed.").format(target=KINDS[first.kind].label(first.target)),
            targets={item.key.name: item.hashes(now[item.key]) for item in moved},
        )
    changes = {item.key: Accepted(now[item.key], item.after) for item in items if now[item.key] != item.after}
    if not changes:
        raise Conflict(_("Everything that it changes is there already."))
    return changes


def _apply(write: ProjectWrite, acceptance: Acceptance, changes: Mapping[Key, Accepted]) -> Draft | None:
    """Have each kind make its changes; the version that one of them made."""
    by_kind: defaultdict[str, dict[str, Accepted]] = defaultdict(dict)
    for key, change in changes.items():
        by_kind[key.kind][key.target] = change
    made: dict[str, Any] = {kind: KINDS[kind].apply(write, acceptance, by_kind[kind]) for kind in sorted(by_kind)}
    return next((draft for draft in made.values() if draft is not None), None)
