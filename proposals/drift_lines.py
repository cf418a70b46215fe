"""Inbox lines about drift: one for each version that changed what somebody proposes to change."""

from __future__ import annotations

from django.db.models import F

from accounts.callers import foundry_caller
from kernel.transactions import write_transaction
from notifications.services import notify
from projects.models import Member
from proposals.drift import contents_now, items_of_changes
from proposals.events import DRIFTED
from proposals.models import UNENDED, Change, Proposal
from proposals.services.facts import inbox_facts
from proposals.visibility import lock_proposal


def notify_of_drift() -> int:
    """Notify the authors of proposals that have drifted with the newest version. Returns how many proposals have."""
    moved = Proposal.objects.filter(
        state__in=UNENDED, told_version__lt=F("project__current_draft__version_number")
    ).order_by("id")
    notified = 0
    for proposal_id, version in list(moved.values_list("id", "project__current_draft__version_number")):
        with write_transaction():
            proposal = lock_proposal(proposal_id)
            if proposal.told_version < version and proposal.ended_at is None:
                notified += _notify(proposal, version)
                proposal.told_version = version
                proposal.save(update_fields=["told_version"])
    return notified


def _notify(proposal: Proposal, version: int) -> bool:
    items = items_of_changes(Change.objects.filter(proposal=proposal))
    now = contents_now(proposal.project_id, [item.key for item in items], version)
    before = contents_now(proposal.project_id, [item.key for item in items], proposal.told_version)
    if not any(item.has_moved(now[item.key]) and now[item.key] != before[item.key] for item in items):
        return False
    members = Member.objects.filter(project=proposal.project_id, user__in=proposal.people, user__is_active=True)
    notify(
        caller=foundry_caller(),
        line=DRIFTED,
        recipients=members.values_list("user_id", flat=True),
        project_id=proposal.project_id,
        facts={**inbox_facts(proposal), "version": version},
    )
    return True
