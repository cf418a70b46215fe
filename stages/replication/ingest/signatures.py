"""Signatures of many bundles, verified in threads: the library lets the others work meanwhile."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final

from stages.registers.fold.bundles import SignedBundle
from stages.replication.operation.metrics import VERIFIED

# Fewer signatures than these are verified in less time than threads need to begin.
_WORTH_THREADS: Final = 64
_THREADS: Final = min(4, os.cpu_count() or 1)


def wrong_signatures(bundles: Sequence[SignedBundle]) -> list[int | None]:
    """Of each bundle, the position of the first operation that its actor has not signed; None where all are right."""
    VERIFIED.inc(len(bundles))
    if _THREADS == 1 or sum(each.header.count for each in bundles) < _WORTH_THREADS:
        return [each.wrong_signature() for each in bundles]
    share = -(-len(bundles) // _THREADS)
    parts = [bundles[at : at + share] for at in range(0, len(bundles), share)]
    return [found for part in _pool().map(_verify, parts) for found in part]


def _verify(bundles: Sequence[SignedBundle]) -> list[int | None]:
    return [each.wrong_signature() for each in bundles]


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="signatures")
