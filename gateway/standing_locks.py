"""Who holds which field, as this node has heard it: enough to refuse a field at once, never to give one.

A refusal needs two witnesses that agree: the last event of the field, and its key in Redis at this moment. Where they
differ, or one is silent, the journal decides as always (`locking.services.acquire_lock`).
"""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

import msgspec

from accounts.models import Person
from locking.metrics import LOCK_REQUESTS
from locking.peeking import Peephole
from locking.refusals import lock_held_by
from locking.registry import lock_key


class Standing(msgspec.Struct, frozen=True):
    """A lock as its event told it."""

    session_id: str
    holder: Person
    since: str


class StandingLocks:
    """The locks of all projects that are open on this node."""

    def __init__(self) -> None:
        self._by_project: defaultdict[UUID, dict[str, Standing]] = defaultdict(dict)
        self._peephole = Peephole()

    def taken(self, project_id: UUID, field: str, standing: Standing) -> None:
        self._by_project[project_id][field] = standing

    def released(self, project_id: UUID, field: str) -> None:
        self._by_project[project_id].pop(field, None)

    def forget(self, project_id: UUID) -> None:
        """Nobody listens to the project here any more, so what is known of it grows old."""
        self._by_project.pop(project_id, None)

    def refuse_held(self, project_id: UUID, field: str, *, session_id: UUID) -> None:
        """Raise `LockHeld` where another session surely holds the field; otherwise say nothing."""
        standing = self._by_project[project_id].get(field)
        if standing is None or standing.session_id == str(session_id):
            return
        held = self._peephole.look(lock_key(project_id, field))
        if held is not None and str(held.session_id) == standing.session_id:
            LOCK_REQUESTS.labels("refused").inc()
            raise lock_held_by(standing.holder, field=field, since=standing.since, expires_at=held.expires_at)

    def close(self) -> None:
        self._peephole.close()
