"""Gathered work: what becomes of one item is no other's, and nobody waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from gateway.execution import Lanes


async def gathered(lanes: Lanes, items: Sequence[Any], work: Any) -> list[Any]:
    waiting = [lanes.read_gathered("key", item, work) for item in items]
    return await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 10)


@pytest.fixture
def lanes(settings: Any) -> Any:
    made = Lanes()
    yield made
    made.close()


async def test_one_that_fails_fails_alone(lanes: Lanes) -> None:
    def work(items: Sequence[int]) -> list[Any]:
        return [ValueError(item) if item % 2 else item for item in items]

    outcomes = await gathered(lanes, range(4), work)
    assert [type(each) for each in outcomes] == [int, ValueError, int, ValueError]


async def test_one_that_hung_up_is_no_obstacle(lanes: Lanes) -> None:
    tasks = [asyncio.create_task(lanes.read_gathered("key", item, list)) for item in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    outcomes = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
    assert [outcomes[0], outcomes[2]] == [0, 2]
    assert isinstance(outcomes[1], asyncio.CancelledError)


async def test_work_that_fails_or_answers_for_too_few_leaves_nobody_waiting(lanes: Lanes) -> None:
    def failing(items: Sequence[int]) -> list[Any]:
        raise LookupError

    assert [type(each) for each in await gathered(lanes, range(3), failing)] == [LookupError] * 3
    assert [type(each) for each in await gathered(lanes, range(3), lambda items: items[1:])] == [RuntimeError] * 3
    # The key works again.
    assert await gathered(lanes, range(3), list) == [0, 1, 2]


async def test_a_batch_that_is_cut_off_ends_for_everybody(lanes: Lanes) -> None:
    loop, begun = asyncio.get_running_loop(), asyncio.Event()

    def work(items: Sequence[int]) -> list[int]:
        loop.call_soon_threadsafe(begun.set)
        return list(items)

    tasks = [asyncio.create_task(lanes.read_gathered("key", item, work)) for item in range(3)]
    (running,) = [each for each in await named("gathered-work") if not each.done()]
    tasks.append(asyncio.create_task(lanes.read_gathered("key", 3, work)))
    await begun.wait()
    running.cancel()
    outcomes = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
    assert all(isinstance(each, asyncio.CancelledError | int) for each in outcomes)
    assert await gathered(lanes, range(2), work) == [0, 1]


async def named(name: str) -> list[asyncio.Task[Any]]:
    """The tasks of this name, once there are any."""
    for _ in range(100):
        if found := [each for each in asyncio.all_tasks() if each.get_name() == name]:
            return found
        await asyncio.sleep(0)
    raise AssertionError(name)
