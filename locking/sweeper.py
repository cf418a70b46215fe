"""The sweeper: every second, each node repairs differences between Redis and the leases. It needs no leader, because
every step is conditional.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

import redis
from django.db.models.functions import Now

from accounts.callers import foundry_caller
from kernel.errors import DomainError
from locking import redis_locks
from locking.leases import end_lease, lock_ttl, sync_redis_key
from locking.metrics import SWEEPS, SWEPT
from locking.models import EndReason, Lease
from projects.writing import upkeep_write

logger = logging.getLogger(__name__)


def sweep_once() -> int:
    """End open leases whose key is missing, and repair keys left by dead processes; return how many leases ended.

    Leases are read before keys, so that a lock acquired in between is not affected. Any Redis error skips the round,
    because no answer does not mean that there is no key.
    """
    leases = list(Lease.objects.open().order_by("project_id", "token"))
    keys = [redis_locks.lock_key(lease.project_id, lease.field) for lease in leases]
    try:
        found = redis_locks.read_many(keys)
        suspects = [lease for lease, held in zip(leases, found, strict=True) if not _carries(held, lease)]
        ended = sum(_settle(lease) for lease in suspects)
    except redis.RedisError as error:
        SWEEPS.labels("skipped").inc()
        logger.warning("The sweeper skips a round: %s", error)
        return 0
    SWEEPS.labels("done").inc()
    SWEPT.inc(ended)
    return ended


def _carries(held: redis_locks.HeldLock | bool | None, lease: Lease) -> bool:
    return isinstance(held, redis_locks.HeldLock) and held.lease_id == lease.lease_id


def _settle(suspect: Lease) -> int:
    """Check a lease again under its project's lock, and end it or repair its key."""
    try:
        with upkeep_write(caller=foundry_caller(), project_id=suspect.project_id) as write:
            lease = Lease.objects.open().filter(pk=suspect.pk).select_related("user", "session").first()
            if lease is None:
                return 0
            key = redis_locks.lock_key(lease.project_id, lease.field)
            (held,) = redis_locks.read_many([key])
            if _carries(held, lease):
                return 0
            if isinstance(held, redis_locks.HeldLock) and _is_young(lease) and _has_ended(held.lease_id):
                write.afterwards(sync_redis_key, key, ended=held.lease_id, current=lease)
                return 0
            gone = lease.session is not None and lease.session.disconnected_at is not None
            end_lease(write, lease, EndReason.DISCONNECTED if gone else EndReason.EXPIRED)
            return 1
    except DomainError as error:
        logger.warning("The sweeper could not settle %s: %s", suspect.pk, error.detail)
        return 0


def _is_young(lease: Lease) -> bool:
    """Whether a lease started less than a TTL ago by the database's clock, because this node's clock may be wrong."""
    return Lease.objects.filter(pk=lease.pk, started_at__gt=Now() - timedelta(milliseconds=lock_ttl())).exists()


def _has_ended(lease_id: UUID) -> bool:
    return Lease.objects.filter(pk=lease_id, ended_at__isnull=False).exists()
