"""Moving locks with files that are renamed."""

from __future__ import annotations

from collections.abc import Mapping

from locking import redis_locks
from locking.leases import end_lease, start_lease, sync_redis_key
from locking.models import EndReason, Lease, WorkingCopy
from projects.writing import ProjectWrite


def move_leases(write: ProjectWrite, renamed: Mapping[str, str]) -> None:
    """Let the caller's locks go along with renamed files (new field → old field), with the unsaved texts under them.

    The lease on the old name ends as saved, and the same session gets one on the new name. The caller of this function
    has refused the write if anybody else holds one of the names. If somebody is just taking the new name, their key in
    Redis stays, and so the moved lease ends as expired; its text is kept.
    """
    olds = list(renamed.values())
    leases = Lease.objects.open().filter(project=write.project, user=write.caller.user, field__in=olds)
    held = {lease.field: lease for lease in leases.select_related("user")}
    for field, old in renamed.items():
        lease = held.get(old)
        if lease is None or lease.session_id is None:
            continue
        end_lease(write, lease, EndReason.SAVED)
        successor = start_lease(
            write, action="lock.acquired", field=field, holder=lease.user, session_id=lease.session_id
        )
        WorkingCopy.objects.filter(lease=lease).update(lease=successor)
        key = redis_locks.lock_key(write.project.id, field)
        write.afterwards(sync_redis_key, key, ended=lease.lease_id, current=successor)
