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
    """One connection to the locks' Redis, opened with the first look; for one thread.

    redis-py's connection, without the client around it, whose pool and callbacks cost every command.
    """

    def __init__(self) -> None:
        self._connection: Any = None  # redis-py gives its connections no types
        self._closed_until = 0.0

    def look(self, key: str) -> HeldLock | None:
        """What stands under a key; None where it is free or unreadable, and while Redis is slow or away."""
        if time.monotonic() < self._closed_until:
            return None
        try:
            connection = self._opened()
            connection.send_command("GET", key, check_health=False)
            value: Any = connection.read_response()
            return read_value(key, value)
        except redis.RedisError:
            # Whatever it still says answers a question that nobody asks any more.
            self.close()
            self._closed_until = time.monotonic() + PAUSE
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
