"""Limits how many large comparisons run at the same time: one on each node, and one for each person.

A comparison of two texts of a megabyte takes some seconds and some hundred megabytes. Several at once would exhaust the
memory of the node and slow down everybody else.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import BoundedSemaphore, Lock
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.errors import RateLimited

# Bytes of text, all fields and both sides: below this a comparison takes a fraction of a second.
LARGE: Final = 400_000
# One comparison of a person may run while another waits, so that two tabs opened at once both get their answer.
MAX_OF_A_PERSON: Final = 2
MAX_WAITING: Final = 4
PATIENCE_SECONDS: Final = 10
RETRY_AFTER_SECONDS: Final = 5

_turn = BoundedSemaphore()
_lock = Lock()
_readers: Counter[UUID] = Counter()


@contextmanager
def admitted(reader: UUID | None, size: int) -> Iterator[None]:
    """Wait until a comparison of `size` bytes of text may run; small texts and commands (`reader` None) never wait.

    Raises `RateLimited` if too many comparisons are waiting, in total or for this person.
    """
    if reader is None or size < LARGE:
        yield
        return
    with _lock:
        if _readers[reader] >= MAX_OF_A_PERSON or _readers.total() > MAX_WAITING:
            raise _refusal()
        _readers[reader] += 1
    try:
        if not _turn.acquire(timeout=PATIENCE_SECONDS):
            raise _refusal()
        try:
            yield
        finally:
            _turn.release()
            _give_memory_back()
    finally:
        with _lock:
            _readers[reader] -= 1
            if not _readers[reader]:
                del _readers[reader]


def _refusal() -> RateLimited:
    words = _("Other large texts are being compared. Try again in a few seconds.")
    return RateLimited(words, retry_after=RETRY_AFTER_SECONDS)


def _give_memory_back() -> None:
    # glibc does not return freed memory to the system by itself. Other C libraries do, and have no such function.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
