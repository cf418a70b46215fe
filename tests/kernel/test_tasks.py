"""Ending tasks: what they raise, and have raised before, is nobody's concern any more."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

from kernel.tasks import end, read_outcomes


async def fail(after: asyncio.Event) -> None:
    await after.wait()
    raise ValueError("failed")


def errors_of_the_loop() -> list[dict[str, Any]]:
    """What asyncio says from now on of errors that nobody has read."""
    said: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: said.append(context))
    return said


async def test_a_task_that_failed_before_it_was_ended_is_no_error_in_the_log() -> None:
    said, now, never = errors_of_the_loop(), asyncio.Event(), asyncio.Event()
    failed, waiting = (asyncio.create_task(fail(event)) for event in (now, never))
    now.set()
    await asyncio.wait([failed])
    await end(failed, waiting, None)
    assert waiting.cancelled()
    del failed, waiting
    gc.collect()
    assert said == []


async def test_what_several_tasks_have_raised_is_read_at_once() -> None:
    said, now, never = errors_of_the_loop(), asyncio.Event(), asyncio.Event()
    tasks = [asyncio.create_task(fail(event)) for event in (now, now, never)]
    now.set()
    await asyncio.wait(tasks[:2])
    assert [str(each) for each in read_outcomes(tasks)] == ["failed"] * 2
    await end(*tasks)
    tasks.clear()
    gc.collect()
    assert said == []
