"""Where the event loop of the runner leaves what uses the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

from django.db import close_old_connections

from kernel.errors import Unavailable
from kernel.transactions import unavailable_on_timeout

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

# Threads of their own: resolving names and loading SDKs take the event loop's.
THREADS: Final = 6
# Seconds between tries while PostgreSQL is away: about a minute together.
WAITS: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
# Those that wait for git, for minutes where a server is slow.
GIT_THREADS: Final = 8
_executor: Final = ThreadPoolExecutor(THREADS, thread_name_prefix="runs-database")
_git_executor: Final = ThreadPoolExecutor(GIT_THREADS, thread_name_prefix="runs-git")


async def in_git_thread(work: Callable[[], Result]) -> Result:
    """Run something that uses git and its servers, not the database, where nothing else waits for it."""
    return await asyncio.get_running_loop().run_in_executor(_git_executor, work)


async def in_thread(work: Callable[[], Result]) -> Result:
    """Run something that uses the database in a thread; what was begun is finished also when we are cancelled."""
    return await asyncio.shield(asyncio.get_running_loop().run_in_executor(_executor, partial(_with_connection, work)))


async def persist(work: Callable[[], Result]) -> Result:
    """As `in_thread`, and again while PostgreSQL is away: an answer that was paid for must not be lost.

    `work` must be safe to repeat where it may have been done. Raises `Unavailable` after the last try.
    """
    for wait in WAITS:
        try:
            return await in_thread(work)
        except Unavailable:
            logger.warning("PostgreSQL is away; tries again in %s s", wait)
            await asyncio.sleep(wait)
    return await in_thread(work)


def _with_connection(work: Callable[[], Result]) -> Result:
    try:
        with unavailable_on_timeout():
            return work()
    finally:
        close_old_connections()
