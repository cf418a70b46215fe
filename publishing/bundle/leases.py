"""Who held which field from when to when, as it was known at a scope's last event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from audit.keys.sealing import rfc3339
from audit.models import Event
from locking.models import EndReason, Lease
from publishing.bundle.scope import Scope

# More than a version has fields: all momentary leases of one event come in one page.
PAGE: Final = 1000


def lease_rows(scope: Scope) -> Iterator[dict[str, Any]]:
    """Every lease that began inside the scope; one that ended after it stands as open."""
    for page in _pages(scope):
        ended = _ended(scope, page)
        for lease in page:
            is_over = lease.lease_id in ended
            yield {
                "lease_id": str(lease.lease_id),
                "field": lease.field,
                "token": lease.token,
                "user": dict(lease.user.person()),
                "session": str(lease.session_id) if lease.session_id else None,
                "started_at": rfc3339(lease.started_at),
                "ended_at": rfc3339(lease.ended_at) if is_over and lease.ended_at else None,
                "end_reason": lease.end_reason if is_over else None,
            }


def _pages(scope: Scope) -> Iterator[list[Lease]]:
    last = 0
    while True:
        rows = Lease.objects.filter(project=scope.project, token__gt=last, token__lte=scope.head.seq)
        page = list(rows.select_related("user").order_by("token", "field")[:PAGE])
        if len(page) < PAGE:
            yield page
            return
        # The last token's leases may go on behind the page.
        page = [lease for lease in page if lease.token < page[-1].token]
        yield page
        last = page[-1].token


def _ended(scope: Scope, leases: Iterable[Lease]) -> set[UUID]:
    """Those whose end an event of the scope tells."""
    over = [lease for lease in leases if lease.ended_at is not None]
    given_on = {EndReason.HANDED_OVER, EndReason.TAKEN_OVER}
    # A momentary lease begins and ends with the one event that is its token.
    found = {lease.lease_id for lease in over if lease.session_id is None}
    found |= {lease.lease_id for lease in over if lease.end_reason in given_on and _was_given_on(scope, lease)}
    released = Event.objects.chain(scope.chain).filter(
        action="lock.released",
        target_type="lease",
        target_id__in=[str(lease.lease_id) for lease in over],
        seq__lte=scope.head.seq,
    )
    return found | {UUID(target) for target in released.values_list("target_id", flat=True)}


def _was_given_on(scope: Scope, lease: Lease) -> bool:
    """Whether the lease that followed it began inside the scope: its event is the one that ended this."""
    followers = Lease.objects.filter(project=scope.project, field=lease.field, token__gt=lease.token)
    return followers.filter(session__isnull=False, token__lte=scope.head.seq).exists()
