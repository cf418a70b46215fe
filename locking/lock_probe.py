"""Reading one lock's key from an event loop.

It blocks: a read takes a twentieth of a millisecond, while an asynchronous client would cost the loop four times that.
A Redis that is slow may block the loop for `TIMEOUT` once; after that nothing is read for `PAUSE`.
"""

from __future__ import annotations

import time
from typing import Any, Final

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from locking.redis_locks import HeldLock, read_value

# Seconds.
TIMEOUT: Final = 0.02
PAUSE: Final = 5.0


class LockProbe:
    """One connection to the locks' Redis, opened with the first read; for one thread.

    It is redis-py's connection without its client, whose pool and callbacks make every command slower.
    """

    def __init__(self) -> None:
        self._connection: Any = None  # redis-py gives its connections no types
        self._paused_until = 0.0

    def get(self, key: str) -> HeldLock | None:
        """The lock under a key; None where it is free or unreadable, and while Redis is slow or away."""
        if time.monotonic() < self._paused_until:
            return None
        try:
            connection = self._opened()
            connection.send_command("GET", key, check_health=False)
            value: Any = connection.read_response()
            return read_value(key, value)
        except redis.RedisError:
            # A late answer on this connection would be taken for that of the next read.
            self.close()
            self._paused_until = time.monotonic() + PAUSE
            return None

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.disconnect()

    def _opened(self) -> Any:
        if self._connection is None:
            pool = redis.ConnectionPool.from_url(
                settings.CACHES["locks"]["LOCATION"],
                socket_timeout=TIMEOUT,
                socket_connect_timeout=TIMEOUT,
                retry=Retry(NoBackoff(), 0),
            )
            self._connection = pool.make_connection()
            self._connection.connect()
        return self._connection
