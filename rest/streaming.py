"""Streams a bundle or a file under ASGI, which would read a plain iterator at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from channels.db import database_sync_to_async

# Two threads, and so at most two database connections, for all bundles and files that are being sent.
_senders: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="bundle")


async def in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Make each piece in a thread after the previous one was sent, and release the database connection in between."""
    take = database_sync_to_async(partial(next, pieces, None), thread_sensitive=False, executor=_senders)
    while (piece := await take()) is not None:
        yield piece
