"""Rate limits: the requests of an account, and of an address, in a minute, over pages, REST and sockets together.

The counts of all nodes are in Redis. While Redis is not available, each node counts by itself, so that the limit is
multiplied by the number of nodes but still exists.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import redis
from django.conf import settings
from django.utils.translation import gettext as _
from django_redis import get_redis_connection

from accounts.client_addresses import network_of
from kernel.errors import RateLimited

logger = logging.getLogger(__name__)

# Seconds.
WINDOW: Final = 60
# How long Redis is not used after a failure, so that requests do not each wait for its timeout.
RESPITE: Final = 5.0


class _RequestCounts:
    """Counts of the current minute, shared through Redis or, while it is not available, of this process."""

    def __init__(self) -> None:
        self._own: Counter[str] = Counter()
        self._minute = 0
        self._away_until = 0.0
        self._guard = threading.Lock()

    def add(self, counts: Mapping[str, int], minute: int) -> list[int]:
        """Add requests to the count of each key; return the new counts."""
        if time.monotonic() >= self._away_until:
            try:
                return self._shared(counts, minute)
            except (redis.RedisError, OSError) as error:
                self._away_until = time.monotonic() + RESPITE
                logger.warning("Requests are counted by this node alone, Redis is away: %s", error)
        with self._guard:
            if minute != self._minute:
                self._own.clear()
                self._minute = minute
            self._own.update(counts)
            return [self._own[key] for key in counts]

    @staticmethod
    def _shared(counts: Mapping[str, int], minute: int) -> list[int]:
        pipeline = get_redis_connection("default").pipeline(transaction=False)
        for key, number in counts.items():
            name = f"rate:{minute}:{key}"
            pipeline.incrby(name, number)
            pipeline.expire(name, 2 * WINDOW)
        answers: list[Any] = pipeline.execute()
        return [int(each) for each in answers[::2]]


_counts = _RequestCounts()


def count_request(*, user_id: str | None, address: str | None) -> None:
    """Count a request of this account (None: anonymous) from this address. Raises `RateLimited`."""
    now = time.time()
    limits = _limits(user_id, address)
    if not limits:
        return
    counted = _counts.add(dict.fromkeys(limits, 1), int(now // WINDOW))
    for (key, limit), number in zip(limits.items(), counted, strict=True):
        if number > limit:
            who = "Your account" if key.startswith("user:") else "Your network"
            raise too_many(who, limit, retry_after=_rest_of_minute(now))


def count_messages(counts: Mapping[str, int]) -> dict[str, int]:
    """Count messages of these accounts, by user id; return who is over the limit, with the seconds until it ends.

    A socket counts its messages and reports them once a second, because a query of Redis for each message would cost
    more than most messages.
    """
    limit = settings.FOUNDRY_REST_RATE
    if not limit or not counts:
        return {}
    now = time.time()
    counted = _counts.add({f"user:{user_id}": number for user_id, number in counts.items()}, int(now // WINDOW))
    return {user_id: _rest_of_minute(now) for user_id, number in zip(counts, counted, strict=True) if number > limit}


def too_many(who: str, limit: int, *, retry_after: int) -> RateLimited:
    """The error for a request beyond the limit of a minute."""
    return RateLimited(
        _("{who} may send {limit} requests a minute.").format(who=who, limit=limit), retry_after=retry_after
    )


def _rest_of_minute(now: float) -> int:
    return max(1, int(WINDOW - now % WINDOW) + 1)


def _limits(user_id: str | None, address: str | None) -> Mapping[str, int]:
    """The keys to count, with their limits; 0 means no limit."""
    found = {
        f"user:{user_id}": settings.FOUNDRY_REST_RATE if user_id else 0,
        f"address:{network_of(address)}": settings.FOUNDRY_ADDRESS_RATE if address else 0,
    }
    return {key: limit for key, limit in found.items() if limit}
