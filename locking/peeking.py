"""A look at one lock's key from an event loop.

It blocks, and says so: a look takes a twentieth of a millisecond, of which an asynchronous client costs the loop four.
A Redis that is slow may hold the loop up for `TIMEOUT` once; then nobody looks for a while.
"""

from __future__ import annotations

import time
from typing import Any, Final

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from locking.registry import HeldLock, read_value

# Seconds.
TIMEOUT: Final = 0.02
PAUSE: Final = 5.0


class Peephole:
    """One connection to the locks' Redis, opened with the first look; for one thread."""

    def __init__(self) -> None:
        self._redis: redis.Redis | None = None
        self._closed_until = 0.0

    def look(self, key: str) -> HeldLock | None:
        """What stands under a key; None where it is free or unreadable, and while Redis is slow or away."""
        if time.monotonic() < self._closed_until:
            return None
        try:
            value: Any = self._client().get(key)
            return read_value(key, value)
        except redis.RedisError:
            self._closed_until = time.monotonic() + PAUSE
            return None

    def close(self) -> None:
        if self._redis is not None:
            self._redis.close()

    def _client(self) -> redis.Redis:
        if self._redis is None:
            self._redis = redis.Redis.from_url(
                settings.CACHES["locks"]["LOCATION"],
                socket_timeout=TIMEOUT,
                socket_connect_timeout=TIMEOUT,
                retry=Retry(NoBackoff(), 0),
                single_connection_client=True,
            )
        return self._redis
