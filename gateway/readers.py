"""How the hub reads: missed events and heads from Postgres, the people from the presence register."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import redis
from django.db import connection

from audit import live
from audit.models import project_chain
from gateway.execution import Lanes
from presence.node import NodePresence
from presence.registry import as_json
from presence.services import present_in
from realtime.subscriber import MOST_FRAMES

# Events of one answer to `events.since`. Some 600 kB, and a few hundredths of a second.
BATCH: Final = 2_000
# Events that the hub reads at once to fill a gap: all its sockets get them in one go, and none may overflow by that.
GAP_BATCH: Final = MOST_FRAMES // 2

# One index look-up per chain; max() over a group would walk through every event of it.
_HEADS: Final = """
SELECT asked.chain, (SELECT seq FROM audit_event WHERE chain = asked.chain ORDER BY seq DESC LIMIT 1)
FROM unnest(%s::text[]) AS asked (chain)
"""


class HubReaders:
    """`realtime.hub.Readers` on the gateway's threads."""

    def __init__(self, lanes: Lanes, presence: NodePresence) -> None:
        self._lanes = lanes
        self._presence = presence

    async def events(self, topic: str, after: int) -> Sequence[tuple[int, str]]:
        return await self._lanes.read(functools.partial(read_frames, project_of(topic), after))

    async def heads(self, topics: Sequence[str]) -> Mapping[str, int]:
        return await self._lanes.read(functools.partial(read_heads, topics))

    async def present(self, topics: Sequence[str]) -> Mapping[str, Sequence[Any]]:
        """Who is here; without Redis only those whom this node sees, so that the heads go on and nobody hangs up."""
        ids = {topic: project_of(topic) for topic in topics}
        try:
            present = await self._lanes.presence(functools.partial(present_in, list(ids.values())))
        except redis.RedisError:
            present = {project_id: self._presence.here(project_id) for project_id in ids.values()}
        return {topic: as_json(present[project_id]) for topic, project_id in ids.items()}


def project_of(topic: str) -> UUID:
    """The project behind a topic (`audit.live.topic_of`)."""
    return UUID(topic.removeprefix("project."))


def read_frames(project_id: UUID, after: int) -> list[tuple[int, str]]:
    """The next events after a `seq` as finished frames."""
    return [(each.seq, live.frame_of(each)) for each in live.missed(project_id, after=after, limit=GAP_BATCH)]


def read_events(project_id: UUID, after: int) -> dict[str, Any]:
    """The answer to `events.since`: the next events, and whether there are more."""
    found = live.missed(project_id, after=after, limit=BATCH + 1)
    return {"events": found[:BATCH], "more": len(found) > BATCH}


def read_heads(topics: Sequence[str]) -> dict[str, int]:
    """The newest `seq` of each topic, in one query."""
    chains = {project_chain(project_of(topic)): topic for topic in topics}
    with connection.cursor() as cursor:
        cursor.execute(_HEADS, [list(chains)])
        return {chains[chain]: seq or 0 for chain, seq in cursor.fetchall()}
