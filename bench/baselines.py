"""What the first honest design would send, frozen: one statement and one round trip for each step.

The yardstick of p3, p5 and p10 (docs/benchmarks.md). Merging statements in the product never moves it, so nothing here
may be changed to follow the product.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import psycopg
import redis

LOCK_PROJECT = "SELECT id, status, current_draft_id FROM projects_project WHERE id = %s FOR NO KEY UPDATE"
INSERT_BLOB = "INSERT INTO blobs_blob (sha256, size, data) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
INSERT_EVENT = "INSERT INTO audit_event (canonical) VALUES (%s) RETURNING seq, at"
INSERT_DRAFT = (
    "INSERT INTO drafts_draft (id, project_id, version_number, prompt_id, files, author_id, created_at, message, kind,"
    " changed_fields, content_hash) VALUES (%s, %s, %s, %s, '{}', %s, %s, '', 'save', %s, %s)"
)
POINT_PROJECT = "UPDATE projects_project SET current_draft_id = %s WHERE id = %s"
INSERT_LEASE = (
    "INSERT INTO locking_lease (lease_id, project_id, field, token, user_id, session_id, started_at)"
    " VALUES (%s, %s, 'prompt_text', %s, %s, %s, %s)"
)
END_LEASE = (
    "UPDATE locking_lease SET ended_at = greatest(clock_timestamp(), started_at), end_reason = 'cancelled'"
    " WHERE lease_id = %s"
)
READ_EVENTS = "SELECT seq, at, canonical FROM audit_event WHERE chain = %s AND seq > %s ORDER BY seq"


@dataclass(slots=True)
class Baseline:
    """A bare psycopg connection and a bare redis-py client at the product's own tables, triggers and all."""

    connection: psycopg.Connection[Any]
    client: redis.Redis
    site: str
    project_id: UUID
    user_id: UUID
    session_id: UUID
    _versions: count[int] = field(default_factory=lambda: count(1))

    def save(self, text: str) -> None:
        """One save: lock, content, event, version, pointer."""
        version, draft_id = next(self._versions), uuid4()
        data = f"{text}{version}".encode()
        digest = hashlib.sha256(data).hexdigest()
        execute = self.connection.execute
        execute("BEGIN")
        execute(LOCK_PROJECT, [self.project_id])
        execute(INSERT_BLOB, [digest, len(data), data])
        row = execute(INSERT_EVENT, [self._fact("draft.saved", draft_id)]).fetchone()
        assert row is not None
        facts = [draft_id, self.project_id, version, digest, self.user_id, row[1], ["prompt_text"], "0" * 64]
        execute(INSERT_DRAFT, facts)
        execute(POINT_PROJECT, [draft_id, self.project_id])
        execute("COMMIT")

    def lock_cycle(self) -> None:
        """One acquire and release, journalled."""
        lease_id = uuid4()
        execute = self.connection.execute
        self.client.set("bench:lock", str(lease_id), nx=True, px=60_000)
        execute("BEGIN")
        execute(LOCK_PROJECT, [self.project_id])
        row = execute(INSERT_EVENT, [self._fact("lock.acquired", lease_id)]).fetchone()
        assert row is not None
        execute(INSERT_LEASE, [lease_id, self.project_id, row[0], self.user_id, self.session_id, row[1]])
        execute("COMMIT")
        execute("BEGIN")
        execute(LOCK_PROJECT, [self.project_id])
        execute(END_LEASE, [lease_id])
        execute(INSERT_EVENT, [self._fact("lock.released", lease_id)])
        execute("COMMIT")
        self.client.delete("bench:lock")

    def refused_take(self) -> None:
        """One `SET NX` on a key that is there."""
        self.client.set("bench:held", "somebody", nx=True, px=60_000)

    def read_events(self, chain: str, after: int) -> int:
        """Every event of a chain after a `seq`, as rows; how many there were."""
        return len(self.connection.execute(READ_EVENTS, [chain, after]).fetchall())

    def _fact(self, action: str, target: UUID) -> str:
        """An event of the product's size, written with the least work."""
        facts = (
            f'"action":"{action}","actor":{{"id":"{self.user_id}","kind":"human","name":"Bench"}}',
            f'"address":"127.0.0.1","chain":"{self.project_id}"',
            f'"data":{{"changed_fields":["prompt_text"],"content_hash":"{"0" * 64}","field":"prompt_text"}}',
            f'"on_behalf_of":null,"reason":null,"session":"{self.session_id}","site":"{self.site}"',
            f'"target":{{"id":"{target}","type":"draft"}},"user_agent":"bench","v":1,"via":"gateway"',
        )
        return "{" + ",".join(facts) + "}"
