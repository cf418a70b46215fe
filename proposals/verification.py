"""Recounting the acceptances of every project from its events, by the code that bundles bring along."""

from __future__ import annotations

from collections.abc import Iterator

from audit.findings import Finding
from audit.keys.text import rfc3339
from audit.models import Event
from proposals.bundle_verifier import recount

_NEEDED = (
    *("proposal.opened", "proposal.changed", "proposal.edited", "proposal.voted", "draft.saved"),
    *("proposal.accepted", "proposal.rejected", "proposal.withdrawn", "proposal.expired"),
    *("member.added", "member.role_changed", "member.removed", "policy.updated"),
)


def check_acceptances() -> Iterator[Finding]:
    """Check digests, votes and acceptances; the chains themselves are verified before."""
    chains = Event.objects.filter(action="proposal.opened").order_by().values_list("chain", flat=True).distinct()
    for chain in sorted(chains):
        events = Event.objects.chain(chain).filter(action__in=_NEEDED).iterator(chunk_size=2000)
        found = recount((event.seq, rfc3339(event.at), event.record) for event in events)
        for number, what in found.faults:
            yield Finding(f"{chain}#{number}", what, chain)
