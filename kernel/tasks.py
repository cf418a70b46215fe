"""Ending asyncio tasks reliably."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Final

# Seconds after which a task that is still there is cancelled once more.
PATIENCE: Final = 0.2


async def end(*tasks: asyncio.Task[Any] | None) -> None:
    """Cancel tasks and wait until they are over; what they raise is of no interest any more.

    Some library code loses a cancellation that arrives just when what it waits for does (`asyncio.wait_for` of Python
    3.11 among it), so one that lives on is cancelled again.
    """
    given = {task for task in tasks if task is not None}
    alive = {task for task in given if not task.done()}
    while alive:
        for task in alive:
            task.cancel()
        _done, alive = await asyncio.wait(alive, timeout=PATIENCE)
    # Otherwise asyncio logs it as an error, also of those that had ended before.
    read_outcomes(given)


def read_outcomes(tasks: Iterable[asyncio.Future[Any]]) -> list[BaseException]:
    """What those of them that are over have raised; asyncio logs none of it any more."""
    outcomes = [task.exception() for task in tasks if task.done() and not task.cancelled()]
    return [each for each in outcomes if each is not None]
