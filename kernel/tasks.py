"""Ending asyncio tasks reliably."""

from __future__ import annotations

import asyncio
from typing import Any, Final

# Seconds after which a task that is still there is cancelled once more.
PATIENCE: Final = 0.2


async def end(*tasks: asyncio.Task[Any] | None) -> None:
    """Cancel tasks and wait until they are over; what they raise is of no interest any more.

    Some library code loses a cancellation that arrives just when what it waits for does (`asyncio.wait_for` of Python
    3.11 among it), so one that lives on is cancelled again.
    """
    alive = {task for task in tasks if task is not None and not task.done()}
    while alive:
        for task in alive:
            task.cancel()
        done, alive = await asyncio.wait(alive, timeout=PATIENCE)
        for task in done:
            if not task.cancelled():
                task.exception()
