"""Who holds which field, according to the events that reached this node: enough to refuse a field, never to grant one.

A field is refused early only where the event cache and Redis agree: the last event of the field, and its key at this
moment. Where they differ, or one does not answer, the journal decides as always (`locking.services.acquire_lock`).
"""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

import msgspec

from accounts.models import Person
from locking.lock_probe import LockProbe
from locking.metrics import LOCK_REQUESTS
from locking.redis_locks import lock_key
from locking.refusals import lock_held_by


class CachedLock(msgspec.Struct, frozen=True):
    """A lock as its event described it."""

    session_id: str
    holder: Person
    since: str


class LockCache:
    """The locks of all projects that are open on this node."""

    def __init__(self) -> None:
        self._by_project: defaultdict[UUID, dict[str, CachedLock]] = defaultdict(dict)
        self._probe = LockProbe()

    def add(self, project_id: UUID, field: str, lock: CachedLock) -> None:
        self._by_project[project_id][field] = lock

    def discard(self, project_id: UUID, field: str) -> None:
        self._by_project[project_id].pop(field, None)

    def forget(self, project_id: UUID) -> None:
        """Nobody follows the project here any more, so what is known of it would grow stale."""
        self._by_project.pop(project_id, None)

    def refuse_held(self, project_id: UUID, field: str, *, session_id: UUID) -> None:
        """Raise `LockHeld` where another session surely holds the field; otherwise do nothing."""
        cached = self._by_project[project_id].get(field)
        if cached is None or cached.session_id == str(session_id):
            return
        held = self._probe.get(lock_key(project_id, field))
        if held is not None and str(held.session_id) == cached.session_id:
            LOCK_REQUESTS.labels("refused").inc()
            raise lock_held_by(cached.holder, field=field, since=cached.since, expires_at=held.expires_at)

    def close(self) -> None:
        self._probe.close()
