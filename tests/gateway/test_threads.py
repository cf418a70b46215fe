"""The gateway's threads, and how much waits for one."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import Any

import pytest
from prometheus_client import REGISTRY

from gateway.execution import LaneExecutor
from tests.patience import PATIENCE


def waiting() -> float:
    return REGISTRY.get_sample_value("foundry_queued", {"lane": "test"}) or 0.0


async def test_work_that_waits_for_a_thread_is_counted() -> None:
    lane, go_on, began = LaneExecutor("test", 1), threading.Event(), threading.Event()

    def work() -> bool:
        began.set()
        return go_on.wait(PATIENCE)

    running = asyncio.create_task(lane(work))
    assert await asyncio.to_thread(began.wait, PATIENCE)
    queued = [asyncio.create_task(lane(work)) for _ in range(2)]
    await asyncio.sleep(0)
    assert waiting() == 2.0
    go_on.set()
    assert await asyncio.gather(running, *queued) == [True] * 3
    assert waiting() == 0.0
    lane.close()


async def test_work_that_fails_when_nobody_waits_for_it_any_more_is_no_error_in_the_log() -> None:
    lane, go_on, began, said = LaneExecutor("test", 1), threading.Event(), threading.Event(), list[dict[str, Any]]()
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: said.append(context))

    def work() -> None:
        began.set()
        go_on.wait(PATIENCE)
        raise ValueError("too late")

    running = asyncio.create_task(lane(work))
    assert await asyncio.to_thread(began.wait, PATIENCE)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    go_on.set()
    # The only thread is free again, and what it had scheduled on the event loop before has run.
    assert await lane(lambda: True)
    del running
    gc.collect()
    assert said == []
    lane.close()
