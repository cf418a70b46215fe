"""What an execution has logged and used so far, in Redis, for those who open its page while it runs.

    execution:<id>:lines    a list: a line of the log each, as JSON
    execution:<id>:state    {"attempt", "progress", "figures"}

Redis may lose all of it at any moment: an execution that has ended has its log in Postgres. Nobody waits for Redis to
come back.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django_redis import get_redis_connection
from redis.exceptions import RedisError

from stages.automation.environment import MAX_SECONDS

logger = logging.getLogger(__name__)

LIFETIME: Final = MAX_SECONDS + 60
# Seconds after a failure in which nothing is tried.
REST: Final = 10.0


@dataclass(frozen=True, slots=True)
class LiveState:
    """The lines after those that the reader knows, and how many there are in all.

    `progress` has `done`, `total` and `text` as the script gave them, `figures` what it has used.
    """

    attempt: int = 0
    lines: Sequence[dict[str, Any]] = ()
    count: int = 0
    progress: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)


class LiveLog:
    """The writing end, of one attempt of an execution."""

    def __init__(self, execution_id: UUID, attempt: int) -> None:
        self._lines, self._state = _keys(execution_id)
        self._attempt = attempt
        self._is_new = True
        self._rests_until = 0.0

    def write(
        self, lines: Sequence[Mapping[str, Any]], progress: Mapping[str, Any], figures: Mapping[str, Any]
    ) -> None:
        """Add lines, and replace the rest."""
        if time.monotonic() < self._rests_until:
            return
        state = {"attempt": self._attempt, "progress": progress, "figures": figures}
        try:
            with get_redis_connection("default").pipeline(transaction=True) as pipe:
                if self._is_new:
                    pipe.delete(self._lines)
                if lines:
                    pipe.rpush(self._lines, *map(json.dumps, lines))
                    pipe.expire(self._lines, LIFETIME)
                pipe.set(self._state, json.dumps(state), ex=LIFETIME)
                pipe.execute()
            self._is_new = False
        except RedisError as error:
            logger.info("the log of an execution cannot be followed: %s", error)
            self._rests_until = time.monotonic() + REST


def read_live(execution_id: UUID, after: int = 0) -> LiveState:
    """What is known of an execution that runs; nothing where Redis is away or has lost it."""
    lines, state = _keys(execution_id)
    try:
        with get_redis_connection("default").pipeline(transaction=True) as pipe:
            pipe.lrange(lines, after, -1)
            pipe.llen(lines)
            pipe.get(state)
            found, count, known = pipe.execute()
        facts = json.loads(known) if known else {}
        return LiveState(
            facts.get("attempt", 0),
            [json.loads(each) for each in found],
            count,
            facts.get("progress", {}),
            facts.get("figures", {}),
        )
    except (RedisError, ValueError):
        return LiveState()


def _keys(execution_id: UUID) -> tuple[str, str]:
    return f"execution:{execution_id}:lines", f"execution:{execution_id}:state"
