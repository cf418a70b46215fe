"""How often somebody at an address tried to open a link and was refused: codes are not to be guessed.

The counts of all nodes are in Redis; while it is away, each node counts by itself. Sites that are admitted are never
refused for what others at their address did.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import Any, Final

import redis
from django_redis import get_redis_connection

from accounts.client_addresses import network_of

logger = logging.getLogger(__name__)

MAX_TRIES: Final = 20
# Seconds in which they are counted.
WINDOW: Final = 600


class _OwnCounts:
    """The counts of this process in the current window."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._window = 0
        self._guard = threading.Lock()

    def add(self, network: str, number: int) -> int:
        window = int(time.time() // WINDOW)
        with self._guard:
            if window != self._window:
                self._counts.clear()
                self._window = window
            if number:
                self._counts[network] += number
            return self._counts[network]


_own = _OwnCounts()


def count_failure(address: str | None) -> bool:
    """Count a try that failed; whether there were too many from there."""
    return _add(address, 1) > MAX_TRIES


def are_too_many(address: str | None) -> bool:
    """Whether no further try from there is looked at."""
    return _add(address, 0) >= MAX_TRIES


def forget_tries(address: str | None) -> None:
    """Begin to count anew for an address."""
    with suppress(redis.RedisError, OSError):
        get_redis_connection("default").delete(_name(network_of(address)))


def _add(address: str | None, number: int) -> int:
    network = network_of(address)
    try:
        return _add_shared(network, number)
    except (redis.RedisError, OSError) as error:
        logger.warning("Tries to open links are counted by this node alone, Redis is away: %s", error)
        return _own.add(network, number)


def _add_shared(network: str, number: int) -> int:
    name = _name(network)
    connection = get_redis_connection("default")
    if not number:
        return int(connection.get(name) or 0)
    pipeline = connection.pipeline(transaction=False)
    pipeline.incrby(name, number)
    pipeline.expire(name, WINDOW)
    answers: list[Any] = pipeline.execute()
    return int(answers[0])


def _name(network: str) -> str:
    return f"sites:tries:{int(time.time() // WINDOW)}:{network}"
