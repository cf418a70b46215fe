"""Limits how many requests of people wait for somebody else's server at once: one of a person, two of a process.

Each may take 15 seconds where the server is silent, and keeps a thread that pages and REST need meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.errors import RateLimited

MAX_AT_ONCE: Final = 2
RETRY_AFTER_SECONDS: Final = 15

_lock = Lock()
_askers: set[UUID] = set()


@contextmanager
def server_request(asker: UUID) -> Iterator[None]:
    """Ask a server for the user `asker`. Raises `RateLimited` at once where too many do already."""
    with _lock:
        if asker in _askers or len(_askers) >= MAX_AT_ONCE:
            words = _("Another server has not answered yet. Try again in a few seconds.")
            raise RateLimited(words, retry_after=RETRY_AFTER_SECONDS)
        _askers.add(asker)
    try:
        yield
    finally:
        with _lock:
            _askers.discard(asker)
