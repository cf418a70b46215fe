"""Every lease is what the events of its lock say."""

from __future__ import annotations

from collections.abc import Iterator

from audit.models import Event, project_chain
from audit.verification import Finding
from locking.models import Lease


def check_leases() -> Iterator[Finding]:
    """Compare each lease with the event whose `seq` is its token."""
    for lease in Lease.objects.order_by("project", "token").iterator(chunk_size=500):
        where = f"lease of {lease.field} with token {lease.token} in project {lease.project_id}"
        event = Event.objects.of_project(lease.project_id).filter(seq=lease.token).first()
        what = "no event opened it" if event is None else _difference(lease, event)
        if what:
            yield Finding(where, what)


def _difference(lease: Lease, event: Event) -> str | None:
    if event.chain != project_chain(lease.project_id) or event.at != lease.started_at:
        return "it began at another time than its event says"
    if event.action == "draft.saved":
        covered = lease.field in event.data.get("changed_fields", []) and event.actor_id == lease.user_id
        return None if covered else "its event does not speak of this field and person"
    said = event.data
    if event.target_id != str(lease.lease_id) or said.get("field") != lease.field:
        return "its event speaks of another lock"
    if said["holder"]["id"] != str(lease.user_id) or said.get("session_id") != str(lease.session_id):
        return "its event names another holder"
    return None
