"""Accepting a round: one transaction, one version, one run of events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.callers import Caller
from drafts.fingerprints import fingerprint
from drafts.models import MAX_MESSAGE, Draft
from kernel.errors import ApprovalsMissing, Conflict, Drifted, PermissionDenied
from kernel.names import check_reason, check_remark
from projects.fields import file_path
from projects.models import Project, Status
from projects.permissions import closed, may
from projects.writing import ProjectWrite, project_write
from proposals.approvals import Progress, progress_of
from proposals.drift import Item, contents_locked, hash_of, items_of_round
from proposals.endings import end
from proposals.events import ACCEPTED
from proposals.kinds import KINDS, Acceptance, Accepted, Key
from proposals.locked_rows import lock_with_round
from proposals.models import Proposal, ProposalState, Round
from proposals.renaming import follow_renames
from proposals.services.conditions import Conditions, conditions_of, conditions_query
from proposals.services.facts import (
    facts_of,
    load_proposal,
    notify_people,
    people_facts,
    refuse_late,
    require_open,
    target_of,
)
from proposals.services.submitting import submit
from proposals.visibility import project_of, require_person


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
    project_id = project_of(user=caller.user, proposal_id=proposal_id)
    parameters = {"proposal": str(proposal_id), "round": round, "accept": fingerprint([message, reason])}
    with project_write(
        caller=caller,
        project_id=project_id,
        action="proposal.accept",
        parameters=parameters,
        extra_query=conditions_query(project_id=project_id, proposal_id=proposal_id),
    ) as write:
        if write.repeat_of is not None:
            repeated = load_proposal(proposal_id)
            repeated.repeated = True
            return repeated
        require_person(caller)
        message = check_remark(message, name="message", maximum=MAX_MESSAGE, required=False)
        reason = check_reason(reason) if reason else ""
        proposal, found = lock_with_round(proposal_id)
        if proposal.is_private:
            found = submit(write, proposal)
        newest = require_open(proposal, found, round)
        _check_statuses(newest, write.project)
        conditions = conditions_of(write)
        progress = progress_of(proposal, newest, conditions.votes, conditions.policy, accepter=caller.user.id)
        _check_approvals(write, progress, reason)
        _check_comments(conditions)
        _accept(write, proposal, newest, conditions, progress, message=message, reason=reason)
    return proposal


def _check_statuses(round_: Round, project: Project) -> None:
    status = Status(project.status)
    for item in items_of_round(round_):
        if status not in KINDS[item.key.kind].statuses:
            raise closed(status, project.id)


def _check_approvals(write: ProjectWrite, progress: Progress, reason: str) -> None:
    if progress.missing:
        words = ngettext("It needs one more approval.", "It needs {missing} more approvals.", progress.missing)
        raise ApprovalsMissing(words.format(missing=progress.missing), missing=progress.missing, objections=[])
    objecting = people_facts(progress.counted.objections)
    if not objecting:
        return
    is_owner = may("proposal.override_objection", role=write.role)
    if reason and not is_owner:
        raise PermissionDenied(_("Only an owner accepts against an objection."))
    if not is_owner:
        names = ", ".join(each["display_name"] for each in objecting)
        words = ngettext("{names} objects.", "{names} object.", len(objecting))
        raise ApprovalsMissing(words.format(names=names), missing=0, objections=objecting)
    check_reason(reason)


def _check_comments(conditions: Conditions) -> None:
    count = conditions.open_comments
    if count and conditions.policy.open_comments == "block":
        words = ngettext("{n} comment is open.", "{n} comments are open.", count).format(n=count)
        raise ApprovalsMissing(
            " ".join([words, _("The policy of this project requires them to be settled first.")]),
            missing=0,
            objections=[],
            open_comments=count,
        )


def _accept(
    write: ProjectWrite,
    proposal: Proposal,
    round_: Round,
    conditions: Conditions,
    progress: Progress,
    *,
    message: str,
    reason: str,
) -> None:
    known = [write.caller.user]
    changes = _undrifted(write, round_)
    data = {
        **facts_of(proposal, round_),
        "changes": {
            str(key): {"before": hash_of(change.before), "after": hash_of(change.after)}
            for key, change in sorted(changes.items())
        },
        "contributors": round_.contributors,
        "policy": conditions.policy.data(),
        "approvals": people_facts(progress.counted.approvals, known=known),
        "overridden": people_facts(progress.counted.objections),
        "open_comments": conditions.open_comments,
    }
    event = write.record("proposal.accepted", target_of(proposal), data, reason=reason or None)
    refuse_late(proposal, event)
    origin = {"id": str(proposal.id), "contributors": round_.contributors}
    named = {"number": proposal.number, "writers": people_facts(round_.authors, known=known)}
    draft = _apply(write, Acceptance(round_, message or proposal.title, origin, named), changes)
    end(write, proposal, event, state=ProposalState.ACCEPTED.value, reason=reason, draft=draft)
    people = {*round_.authors, *progress.voted}
    notify_people(write, ACCEPTED, people, proposal, event, version=draft.version_number if draft else None)


def _undrifted(write: ProjectWrite, round_: Round) -> dict[Key, Accepted]:
    """The changes that are still to be made. Raises `Drifted`, and `Conflict` where there is none."""
    items = follow_renames(write.project.id, items_of_round(round_))
    if len(items) < len(round_.changes):
        raise Conflict(_("It changes something of a kind that is not installed here."))
    now = contents_locked(write, [item.now_key for item in items])
    moved = [item for item in items if item.has_moved(now[item.now_key])]
    if moved:
        targets = {item.key.name: item.hashes(now[item.now_key]) for item in moved}
        raise Drifted(_drift_words(moved[0]), targets=targets)
    changes = {item.key: Accepted(now[item.now_key], item.after) for item in items if now[item.now_key] != item.after}
    if not changes:
        raise Conflict(_("Everything that it changes is there already."))
    return changes


def _drift_words(item: Item) -> str:
    label = KINDS[item.key.kind].label(item.key.target)
    if item.renamed is not None:
        words = _("{target} was renamed to {name} since this was proposed. Merge it to go on with the new name.")
        return words.format(target=label, name=file_path(item.renamed))
    return _("{target} has changed since this was proposed.").format(target=label)


def _apply(write: ProjectWrite, acceptance: Acceptance, changes: Mapping[Key, Accepted]) -> Draft | None:
    """Have each kind make its changes; the version that one of them made."""
    by_kind: defaultdict[str, dict[str, Accepted]] = defaultdict(dict)
    for key, change in changes.items():
        by_kind[key.kind][key.target] = change
    made: dict[str, Any] = {kind: KINDS[kind].apply(write, acceptance, by_kind[kind]) for kind in sorted(by_kind)}
    return next((draft for draft in made.values() if draft is not None), None)
