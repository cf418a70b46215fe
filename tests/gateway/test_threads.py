"""The gateway's threads, and how much waits for one."""

from __future__ import annotations

import asyncio
import threading

from prometheus_client import REGISTRY

from gateway.execution import LaneExecutor


def waiting() -> float:
    return REGISTRY.get_sample_value("foundry_queued", {"lane": "test"}) or 0.0


async def test_work_that_waits_for_a_thread_is_counted() -> None:
    lane, go_on, began = LaneExecutor("test", 1), threading.Event(), threading.Event()

    def work() -> bool:
        began.set()
        return go_on.wait(10)

    running = asyncio.create_task(lane(work))
    assert await asyncio.to_thread(began.wait, 10)
    queued = [asyncio.create_task(lane(work)) for _ in range(2)]
    await asyncio.sleep(0)
    assert waiting() == 2.0
    go_on.set()
    assert await asyncio.gather(running, *queued) == [True] * 3
    assert waiting() == 0.0
    lane.close()
