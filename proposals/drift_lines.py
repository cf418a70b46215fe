"""Inbox lines about drift: one for each version that changed what somebody proposes to change."""

from __future__ import annotations

from contextlib import suppress

from django.db.models import F

from accounts.callers import foundry_caller
from kernel.errors import NotFound
from kernel.transactions import write_transaction
from notifications.services import notify
from projects.models import Member
from proposals.drift import contents_now, items_of_changes
from proposals.events import DRIFTED
from proposals.locked_rows import lock_proposal
from proposals.models import UNENDED, Change, Proposal
from proposals.renaming import follow_renames
from proposals.services.facts import inbox_facts


def notify_of_drift() -> int:
    """Notify the authors of proposals that have drifted with the newest version. Returns how many proposals have."""
    moved = Proposal.objects.filter(
        state__in=UNENDED, told_version__lt=F("project__current_draft__version_number")
    ).order_by("id")
    notified = 0
    for proposal_id, version in list(moved.values_list("id", "project__current_draft__version_number")):
        # One that is discarded meanwhile needs no line.
        with suppress(NotFound), write_transaction():
            proposal = lock_proposal(proposal_id)
            if proposal.told_version < version and proposal.ended_at is None:
                notified += _notify(proposal, version)
                proposal.told_version = version
                proposal.save(update_fields=["told_version"])
    return notified


def _notify(proposal: Proposal, version: int) -> bool:
    items = items_of_changes(Change.objects.filter(proposal=proposal))
    earlier = follow_renames(proposal.project_id, items, version=proposal.told_version)
    items = follow_renames(proposal.project_id, items, version=version)
    now = contents_now(proposal.project_id, [item.now_key for item in items], version)
    before = contents_now(proposal.project_id, [item.now_key for item in earlier], proposal.told_version)
    if not any(
        item.has_moved(now[item.now_key])
        and (now[item.now_key], item.renamed) != (before[former.now_key], former.renamed)
        for item, former in zip(items, earlier, strict=True)
    ):
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
