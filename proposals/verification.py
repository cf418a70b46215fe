"""Recounting the acceptances of every project from its events, by the code that bundles bring along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from accounts.actions import ACCOUNT_DEACTIVATED, ACCOUNT_REACTIVATED
from audit.findings import Finding
from audit.keys.text import rfc3339
from audit.models import Event
from proposals.bundle_verifier import recount

_NEEDED: Final = (
    *("proposal.opened", "proposal.changed", "proposal.edited", "proposal.voted", "draft.saved"),
    *("proposal.accepted", "proposal.rejected", "proposal.withdrawn", "proposal.expired"),
    *("comment.created", "comment.resolved", "comment.reopened", "comment.withdrawn"),
    *("member.added", "member.role_changed", "member.removed", "policy.updated"),
)

# An acceptance reads the accounts this long before its event at most.
_LONGEST_WRITE: Final = timedelta(minutes=1)


def check_acceptances() -> Iterator[Finding]:
    """Check digests, votes and acceptances; the chains themselves are verified before."""
    chains = Event.objects.filter(action="proposal.opened").order_by().values_list("chain", flat=True).distinct()
    for chain in sorted(chains):
        events = Event.objects.chain(chain).filter(action__in=_NEEDED).iterator(chunk_size=2000)
        found = recount((event.seq, rfc3339(event.at), event.record) for event in events)
        for number, what in found.faults:
            yield Finding(f"{chain}#{number}", what, chain)
        for number, person in found.passed_over:
            if not _was_closed(person, Event.objects.chain(chain).get(seq=number).at):
                yield Finding(f"{chain}#{number}", f"it passes over the objection of {person}", chain)


def _was_closed(person: str, at: datetime) -> bool:
    """Whether an account was closed when something was accepted, by the events of the site."""
    events = Event.objects.filter(target_id=person, action__in=(ACCOUNT_DEACTIVATED, ACCOUNT_REACTIVATED), at__lte=at)
    newest = events.order_by("-at", "-seq").first()
    if newest is None:
        return False
    return newest.action == ACCOUNT_DEACTIVATED or newest.at > at - _LONGEST_WRITE
