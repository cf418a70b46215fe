"""Reading a project's events for sockets: those that were missed, and the newest number of each project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection

from audit import live
from audit.models import project_chain
from realtime.frames import Frame
from realtime.subscriber import MAX_FRAMES

# Events of one answer to `events.since`. Some 600 kB, and a few hundredths of a second.
BATCH: Final = 2_000
# Events that the hub reads at once to fill a gap: all its sockets get them in one go, and none may overflow by that.
GAP_BATCH: Final = MAX_FRAMES // 2

# One index look-up per chain; max() over a group would read every event of it.
_HEADS: Final = """
SELECT asked.chain, (SELECT seq FROM audit_event WHERE chain = asked.chain ORDER BY seq DESC LIMIT 1)
FROM unnest(%s::text[]) AS asked (chain)
"""


def project_of(topic: str) -> UUID:
    """The project of a topic (`audit.live.topic_of`)."""
    return UUID(topic.removeprefix("project."))


def read_frames(project_id: UUID, after: int) -> list[Frame]:
    """The next events after a `seq` as finished frames."""
    missed = live.missed(project_id, after=after, limit=GAP_BATCH)
    return [Frame(each.seq, each.seq, live.frame_of(each)) for each in missed]


def read_events(project_id: UUID, after: int) -> dict[str, Any]:
    """The answer to `events.since`: the next events, and whether there are more."""
    missed = live.missed(project_id, after=after, limit=BATCH + 1)
    return {"events": missed[:BATCH], "more": len(missed) > BATCH}


def read_heads(topics: Sequence[str]) -> dict[str, int]:
    """The newest `seq` of each topic, in one query."""
    chains = {project_chain(project_of(topic)): topic for topic in topics}
    with connection.cursor() as cursor:
        cursor.execute(_HEADS, [list(chains)])
        return {chains[chain]: seq or 0 for chain, seq in cursor.fetchall()}
