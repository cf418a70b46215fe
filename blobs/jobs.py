"""Background jobs of files, which procrastinate finds in this module."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from blobs.previews import DRAWN_TYPES
from blobs.services import MAX_ATTEMPTS, make_preview
from blobs.storage import StorageError

logger = logging.getLogger(__name__)

# Of failures that count; the run after the last attempt gives the file up.
RETRY: Final = RetryStrategy(max_attempts=MAX_ATTEMPTS, exponential_wait=4)
# After every other job that waits: drawing may take its 20 seconds.
LAST: Final = -10


@app.task(retry=RETRY, priority=LAST)
def draw_preview(sha256: str) -> None:
    """Draw the preview of a file. While its storage is away nothing is done: `queue_again` brings it back."""
    try:
        make_preview(sha256=sha256)
    except StorageError as error:
        logger.warning("no preview of %s yet: %s", sha256, error)


def queue_preview(*, sha256: str, media_type: str) -> None:
    """Have the preview of a file drawn as soon as the caller's transaction has committed, if there can be one."""
    if media_type in DRAWN_TYPES:
        draw_preview.defer(sha256=sha256)


def queue_again(*, hashes: Iterable[str]) -> int:
    """Queue the previews of files that do not wait in the queue; answers how many.

    A job that runs does not count: it takes seconds, unless its worker was killed.
    """
    jobs = ProcrastinateJob.objects.filter(task_name=draw_preview.name, status="todo")
    wanted = set(hashes) - set(jobs.values_list("args__sha256", flat=True))
    for sha256 in sorted(wanted):
        draw_preview.defer(sha256=sha256)
    return len(wanted)
