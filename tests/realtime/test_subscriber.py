"""The queue between the hub and one socket's writer."""

from __future__ import annotations

import asyncio

from realtime.subscriber import Subscriber


def subscriber(overflows: list[str], **limits: int) -> Subscriber:
    return Subscriber("topic", origin=None, overflowed=lambda: overflows.append("full"), **limits)


async def test_it_waits_for_the_first_frame_and_answers_all_that_wait() -> None:
    reader = subscriber([])
    waiting = asyncio.create_task(reader.frames())
    await asyncio.sleep(0)
    reader.push(1, "one")
    reader.push(2, "two")
    assert await waiting == ["one", "two"]


async def test_the_snapshot_makes_older_events_needless_but_not_ephemerals() -> None:
    reader = subscriber([])
    for seq, frame in ((4, "four"), (0, "typing"), (5, "five"), (6, "six")):
        reader.push(seq, frame)
    reader.start(5)
    reader.push(5, "five again")
    reader.push(7, "seven")
    assert await reader.frames() == ["typing", "six", "seven"]


async def test_a_reader_that_is_too_slow_loses_its_queue_and_is_reported_once() -> None:
    overflows: list[str] = []
    reader = subscriber(overflows, most_frames=3)
    for seq in range(1, 10):
        reader.push(seq, "frame")
    assert overflows == ["full"]
    assert reader.is_full


async def test_the_queue_is_bounded_in_characters_too() -> None:
    overflows: list[str] = []
    reader = subscriber(overflows, most_characters=100)
    reader.push(1, "x" * 60)
    assert await reader.frames() == ["x" * 60]
    reader.push(2, "x" * 60)
    reader.push(3, "x" * 60)
    assert overflows == ["full"]


async def test_a_cancelled_wait_leaves_the_queue_usable() -> None:
    reader = subscriber([])
    waiting = asyncio.create_task(reader.frames())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    reader.push(1, "one")
    assert await reader.frames() == ["one"]
