"""Submitting a proposal for review: it opens with its first round, and gets another one whenever its changes differ."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller
from accounts.models import Kind as AccountKind
from audit.models import Event
from blobs.models import sha256_of
from blobs.services import insert_blobs_sql
from kernel.canonical import canonical_hash
from kernel.errors import Conflict, ValidationFailed
from kernel.statements import database_now
from projects.models import Member, Role
from projects.permissions import may
from projects.writing import ProjectWrite, project_write
from proposals.approvals import newest_votes
from proposals.drift import staged_of
from proposals.events import CHANGED, OPENED
from proposals.kinds import KINDS, Key
from proposals.locked_rows import lock_proposal
from proposals.models import Change, Proposal, ProposalState, Round, Verdict
from proposals.renaming import follow_in_working_set
from proposals.services.facts import (
    facts_of,
    load_proposal,
    newest_round,
    notify_people,
    people_facts,
    refuse_over,
    target_of,
    time_fact,
)
from proposals.visibility import own_proposal, refuse_ended
from publishing.proposal_policy import ProposalPolicy, proposal_policy_of

DIGEST_VERSION = 1


def submit_proposal(*, caller: Caller, proposal_id: UUID, expires_at: datetime | None = None) -> Proposal:
    """Open a proposal of the caller's own for review, or make its next round if its changes differ from the newest.

    A new round voids the approvals of the ones before; those who gave them are asked again. `expires_at` may not be
    later than the policy allows. Raises `NotFound`, `PermissionDenied`, `ProjectFrozen`, `ValidationFailed` for syntax
    or the time, `Conflict` after the end or where nothing would change.
    """
    project_id = own_proposal(caller=caller, proposal_id=proposal_id, action="proposal.submit").project_id
    parameters = {"proposal": str(proposal_id), "expires_at": time_fact(expires_at)}
    with project_write(caller=caller, project_id=project_id, action="proposal.submit", parameters=parameters) as write:
        if write.repeat_of is None:
            proposal = lock_proposal(proposal_id)
            refuse_ended(proposal)
            refuse_over(proposal)
            submit(write, proposal, expires_at)
    return load_proposal(proposal_id)


def submit(write: ProjectWrite, proposal: Proposal, expires_at: datetime | None = None) -> Round:
    """As `submit_proposal`, of a proposal whose row is locked; the newest round if it has these changes already."""
    changes, texts = _changes_of(proposal)
    digest = digest_of(changes)
    newest = newest_round(proposal)
    if newest is not None and newest.digest == digest:
        return newest
    policy = proposal_policy_of(proposal.project_id)
    proposal.expires_at = _time_limit(policy, expires_at)
    round_ = Round(
        id=uuid7(),
        project=write.project,
        proposal=proposal,
        number=newest.number + 1 if newest else 1,
        changes=changes,
        digest=digest,
        contributors=proposal.contributors,
        created_by=write.caller.user,
    )
    if proposal.number is None:
        proposal.number = _next_number(proposal.project_id)
    event = _record(write, proposal, round_, texts, policy)
    proposal.state = ProposalState.OPEN.value
    proposal.opened_at = proposal.opened_at or event.at
    proposal.save(update_fields=["state", "number", "opened_at", "expires_at"])
    round_.created_at = event.at
    round_.save(force_insert=True)
    return round_


def digest_of(changes: dict[str, Any]) -> str:
    """SHA-256 of RFC 8785 `{"v": 1, "changes": {"kind:target": {base, after}}}`, in lowercase hex."""
    return canonical_hash({"v": DIGEST_VERSION, "changes": changes})


def proposal_facts(proposal: Proposal) -> dict[str, Any]:
    """What the events say of a proposal besides its round: whatever its row holds."""
    people = {each["id"]: each for each in people_facts(proposal.people)}
    on_behalf_of = proposal.on_behalf_of_id
    return {
        "description_sha256": sha256_of(proposal.description.encode()),
        "author": people[str(proposal.author_id)],
        "on_behalf_of": people[str(on_behalf_of)] if on_behalf_of else None,
        "origin": {"type": proposal.origin_type, "id": proposal.origin_id},
        "expires_at": time_fact(proposal.expires_at),
    }


def _record(write: ProjectWrite, proposal: Proposal, round_: Round, texts: list[str], policy: ProposalPolicy) -> Event:
    is_new = round_.number == 1
    voided = [] if is_new else _voided(proposal)
    data = {
        **facts_of(proposal, round_),
        **proposal_facts(proposal),
        "round_id": str(round_.id),
        "changes": round_.changes,
        "contributors": round_.contributors,
        **({} if is_new else {"voided": people_facts(voided)}),
    }
    action = "proposal.opened" if is_new else "proposal.changed"
    event = write.record(action, target_of(proposal), data, with_statements=insert_blobs_sql(texts=texts))
    if is_new:
        notify_people(write, OPENED, _asked(proposal, policy), proposal, event)
    else:
        notify_people(write, CHANGED, voided, proposal, event, round=round_.number)
    return event


def _changes_of(proposal: Proposal) -> tuple[dict[str, Any], list[str]]:
    """The working set in the form of a round, and the texts that it names. Changes of nothing are left out.

    What it changes in files that were renamed since is taken along to their names of now.
    """
    changes: dict[str, Any] = {}
    texts: list[str] = []
    errors: dict[str, list[str]] = {}
    staged_changes = list(Change.objects.filter(proposal=proposal))
    for change in follow_in_working_set(proposal.project_id, staged_changes):
        if change.kind not in KINDS:
            errors[str(change)] = [_("Changes of this kind are not installed here.")]
            continue
        kind, staged = KINDS[change.kind], staged_of(change)
        try:
            kind.check(change.target, staged)
        except ValidationFailed as refusal:
            errors |= refusal.errors
            continue
        after = kind.canonical(change.target, staged)
        if after != change.base:
            changes[str(Key(change.kind, change.target))] = {"base": change.base, "after": after}
            texts += kind.texts(staged)
    if errors:
        raise ValidationFailed(errors)
    if not changes:
        raise Conflict(_("The proposal changes nothing."))
    return changes, texts


def _time_limit(policy: ProposalPolicy, expires_at: datetime | None) -> datetime | None:
    if not policy.days and expires_at is None:
        return None
    now = database_now()
    latest = now + timedelta(days=policy.days) if policy.days else None
    if expires_at is None:
        return latest
    if expires_at <= now:
        raise ValidationFailed({"expires_at": [_("Must be in the future.")]})
    if latest is not None and expires_at > latest:
        problem = _("The policy allows {days} days at most.").format(days=policy.days)
        raise ValidationFailed({"expires_at": [problem]})
    return expires_at


def _next_number(project_id: UUID) -> int:
    newest: int | None = Proposal.objects.filter(project=project_id).aggregate(newest=Max("number"))["newest"]
    return (newest or 0) + 1


def _voided(proposal: Proposal) -> list[UUID]:
    """Whose approval of the newest round ends with the next one."""
    newest = newest_round(proposal)
    votes = newest_votes(proposal).values()
    return [vote.person_id for vote in votes if vote.verdict == Verdict.APPROVE and vote.round == newest]


def _asked(proposal: Proposal, policy: ProposalPolicy) -> set[UUID]:
    """Who is asked to look at a new proposal: those who may vote where approvals are needed, else who may accept."""
    action = "proposal.vote" if policy.approvals else "proposal.accept"
    members = Member.objects.filter(project=proposal.project_id, user__kind=AccountKind.HUMAN)
    asked = {user for user, role in members.values_list("user_id", "role") if may(action, role=Role(role))}
    return asked - proposal.people
